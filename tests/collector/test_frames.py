"""The reader of frames: any cut, any split, any hostile bytes."""

import gzip
import itertools
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import Outcome, Question
from collector.frames import STEP, BrokenStreamError, Frames
from collector.probe import Where
from tests.collector.node import LIMIT, MARKER, TOTAL, ask

M = MARKER.encode()
PROBES = (
    ask("one", "echo 1"),
    ask("two", "x; y"),
    ask("scope", "a; b", Where.NETNS),
    ask("each", 'c "$1"', Where.INTERFACE, shown="c {interface}"),
)
GREETING = b"\n%b H 1000.5 50.00\n" % M
BODY = b"".join(
    (
        b"\n%b B 1 host 50.10 \n1\n\n%b S 0 0 50.20 0 10 0\n\n\n%b E\n" % (M, M, M),
        b"\n%b X 2 host missing \n" % M,
        b"\n%b N 77 88\n" % M,
        b"\n%b B 3 host 51.00 \n\0\xff\n%b S 2 0 51.00 0 10 0\noops\n\n\n%b E\n" % (M, M, M),
        b"\n%b B 4 host 52.00 eth0\n\n%b S 0 0 52.00 0 10 0\n\n\n%b E\n" % (M, M, M),
        b"\n%b D host\n" % M,
        b"\n%b B 3 net:[77] 53.00 \nx\n%b S 143 1 63.00 0 10 0\n\n\n%b E\n" % (M, M, M),
        b"\n%b D net:[77]\n" % M,
        b"\n%b F net:[88] nsenter: cannot open\n" % M,
        b"\n%b Z\n" % M,
    )
)


def frames() -> Frames:
    return Frames("n1", PROBES, MARKER, LIMIT, TOTAL)


def whole(data: bytes) -> Frames:
    reader = frames()
    reader.feed(data)
    return reader


def test_reads_a_stream() -> None:
    reader = whole(GREETING + BODY)
    one, two, scope, each, timed_out, *unentered = reader.captures
    assert reader.complete
    assert (one.stdout, one.stderr, one.exit_status, one.duration) == (b"1\n", b"", 0, 0.1)
    assert one.started is not None
    assert one.started.timestamp() == pytest.approx(1000.6)
    assert two.outcome is Outcome.MISSING
    assert (scope.stdout, scope.stderr, scope.exit_status) == (b"\0\xff", b"oops\n", 2)
    assert (each.question, each.command) == (Question("each", "host", "eth0"), "c eth0")
    assert (timed_out.outcome, timed_out.exit_status) == (Outcome.TIMED_OUT, None)
    assert [capture.question.scope for capture in unentered] == ["net:[88]", "net:[88]"]
    assert all("nsenter: cannot open" in capture.detail for capture in unentered)


@given(st.lists(st.integers(0, 900), max_size=12), st.booleans())
def test_the_way_the_bytes_are_split_does_not_matter(places: list[int], packed: bool) -> None:
    data = GREETING + (gzip.compress(BODY) if packed else BODY)
    reader = frames()
    cuts = sorted({0, *(place % len(data) for place in places), len(data)})
    for begin, end in itertools.pairwise(cuts):
        reader.feed(data[begin:end])
    assert reader.captures == whole(GREETING + BODY).captures


def expected_questions(listed: bool) -> set[tuple[str, str]]:
    scopes = ["host", "net:[77]", "net:[88]"] if listed else ["host"]
    return {("one", "host"), ("two", "host")} | {
        (name, scope) for name in ("scope", "each") for scope in scopes
    }


@pytest.mark.parametrize("length", range(len(GREETING), len(GREETING + BODY)))
def test_wherever_a_stream_ends_each_question_has_an_outcome(length: int) -> None:
    data = (GREETING + BODY)[:length]
    reader = whole(data)
    reader.finish("the line broke")
    whole_stream = {c.question: c for c in whole(GREETING + BODY).captures}
    listed = b" N 77 88\n" in data
    seen = {(c.question.probe, c.question.scope) for c in reader.captures}
    if not reader.complete:
        missing_each = {("each", "net:[77]")} if b"D net:[77]\n" in data else set()
        assert seen >= expected_questions(listed) - missing_each
    for capture in reader.captures:
        if capture.outcome is Outcome.ANSWERED:
            assert capture == whole_stream[capture.question]


@settings(max_examples=300)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"\n%b %b" % (M, kind)
                    for kind in (
                        b"B 1 host 1 \n",
                        b"B 9 host 1 \n",
                        b"S\n",
                        b"S 0\n",
                        b"E\n",
                        b"X 1\n",
                        b"X \n",
                        b"N x y\n",
                        b"F\n",
                        b"I host\n",
                        b"D\n",
                        b"Z\n",
                        b"Q\n",
                        b"H\n",
                    )
                ]
            ),
        ),
        max_size=12,
    )
)
def test_no_bytes_make_it_stumble(parts: list[bytes]) -> None:
    reader = frames()
    try:
        reader.feed(GREETING)
        for part in parts:
            reader.feed(part)
    except BrokenStreamError:
        pass
    reader.finish("over")
    assert len({capture.question for capture in reader.captures}) == len(reader.captures)


def test_a_compressed_bomb_takes_no_memory_and_ends_at_the_total() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(300)) + packer.flush()
    assert len(bomb) < 1 << 20
    reader = frames()
    tracemalloc.start()
    with pytest.raises(BrokenStreamError, match="bytes in all"):
        reader.feed(GREETING + bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 << 20


def test_an_answer_beyond_the_limit_is_cut_and_the_next_is_whole() -> None:
    reader = frames()
    long, end = b"x" * (LIMIT + 3 * STEP), b"\n%b S 0 0 1.1 0 10 0\n\n\n%b E\n" % (M, M)
    first = b"\n%b B 1 host 1.0 \n" % M + long + end
    stream = first + b"\n%b B 2 host 1.0 \nshort" % M + end + b"\n%b Z\n" % M
    for at in range(0, len(stream), 5000):
        reader.feed((GREETING if at == 0 else b"") + stream[at : at + 5000])
    one, two = reader.captures
    assert (one.outcome, len(one.stdout)) == (Outcome.CUT_OFF, LIMIT)
    assert (two.outcome, two.stdout) == (Outcome.ANSWERED, b"short")


def test_a_login_that_prints_for_ever_is_given_up() -> None:
    reader = frames()
    reader.feed(b"spam and eggs\n" * 4000)
    with pytest.raises(BrokenStreamError, match="login prints"):
        reader.feed(b"spam and eggs\n" * 1000)


@pytest.mark.parametrize("length", [1, 2, 20, 150])
def test_a_gzip_stream_that_stops_is_not_complete(length: int) -> None:
    reader = frames()
    reader.feed(GREETING + gzip.compress(BODY)[:length])
    reader.finish("it stopped")
    assert not reader.complete
    assert {("one", "host"), ("scope", "host"), ("each", "host")} <= {
        (capture.question.probe, capture.question.scope) for capture in reader.captures
    }


@pytest.mark.parametrize(
    ("greeting", "wall", "uptime"),
    [
        (b"\n%b H 1000.5 \n" % M, 1000.5, None),
        (b"\n%b H  50.00\n" % M, None, 50.0),
        (b"\n%b H \n" % M, None, None),
        (b"\n%b H\n\n%b H \n" % (M, M), None, None),
    ],
)
def test_a_clock_that_a_node_lacks_is_unknown_and_not_the_other(
    greeting: bytes, wall: float | None, uptime: float | None
) -> None:
    reader = whole(greeting + BODY)
    assert reader.greeting is not None
    assert (reader.greeting.wall, reader.greeting.uptime) == (wall, uptime)
    assert {capture.started for capture in reader.captures} == {None}


def test_a_number_of_thousands_of_digits_ends_the_stream_and_not_the_sweep() -> None:
    with pytest.raises(BrokenStreamError):
        whole(GREETING + b"\n%b B %b host 50.10 \n" % (M, b"9" * 5000))


def test_an_exit_status_of_thousands_of_digits_is_lost() -> None:
    ending = b"\n%b S %b 0 50.20 0 10 0\n\n\n%b E\n" % (M, b"9" * 5000, M)
    (answer,) = whole(GREETING + b"\n%b B 1 host 50.10 \n1\n" % M + ending).captures
    assert (answer.outcome, answer.exit_status) == (Outcome.CUT_OFF, None)


def test_a_damaged_gzip_stream_is_told() -> None:
    packed = bytearray(gzip.compress(BODY))
    packed[10] = 0xFF  # a block of a kind that does not exist
    reader = frames()
    with pytest.raises(BrokenStreamError, match="damaged"):
        reader.feed(GREETING + bytes(packed))
