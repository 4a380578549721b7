"""Reads what the probe script writes, as it comes in, and makes captures of it.

The stream: whatever a login prints, the greeting, then the frames, as they are or as gzip. A mark
is a line ``MARKER KIND ...`` with a newline before it that is not part of the text between two
marks. No output can hold the marker (128 random bits of this run), so none can forge a mark.

::

    H WALL UPTIME                           greeting: seconds since 1970 and since boot
    B NUMBER SCOPE UPTIME SUBJECT           a question begins; its stdout follows
    S STATUS SIGNALS UPTIME CUT LIMIT HEAD  it ended (see below); its stderr follows
    E                                       stderr (and one newline) ended
    X NUMBER SCOPE missing|late SUBJECT     the question was not asked
    N INODE...                              the other network namespaces of the node
    F SCOPE WHY                             the namespace could not be entered
    I SCOPE                                 the namespace's interfaces could not be listed
    D SCOPE                                 all was asked there
    Z                                       the end

In S: the exit status, how often the watchdog stepped in, 1 if stderr is cut, the seconds that the
command had, and the exit status of the ``head`` that passed on stdout.
"""

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from collector.capture import HOST, Capture, Outcome, Question
from collector.probe import Probe, Where
from collector.script import is_plain

NOISE_LIMIT = 65536
"""Bytes that a login may print before the greeting."""
LINE_LIMIT = 1 << 20
"""Bytes of a mark's line; N names every namespace."""
STEP = 262144
"""Bytes to unpack at once: bounds the memory a compressed bomb can take."""


class BrokenStreamError(Exception):
    """The node's stream is not the script's: too long, or out of form. Says why."""


@dataclass(frozen=True, slots=True)
class Greeting:
    """The node's clock when the script began; ``wall`` is seconds since 1970, None if unknown."""

    wall: float | None
    uptime: float | None


@dataclass(slots=True)
class _Open:
    """The question whose answer is coming in."""

    number: int
    scope: str
    begun: float | None
    subject: str
    stdout: bytes = b""
    ending: tuple[str, ...] = ()


@dataclass(slots=True)
class Frames:
    """The incremental reader of one node's stream. ``captures`` grows while bytes are fed.

    ``limit`` is what one answer may hold, ``total`` what the whole stream may unpack to, in bytes.
    ``scopes`` are the network namespaces that the node listed, the host's first.
    """

    node: str
    probes: Sequence[Probe]
    marker: str
    limit: int
    total: int
    greeting: Greeting | None = None
    complete: bool = False
    captures: list[Capture] = field(default_factory=list)
    noise: bytes = b""
    _needle: bytes = b""
    _unpack: "zlib._Decompress | None" = None
    _sniffed: bool = False
    _buffer: bytearray = field(default_factory=bytearray)
    _searched: int = 0
    _taken: int = 0
    _mark: tuple[str, ...] = ()
    _open: _Open | None = None
    scopes: list[str] = field(default_factory=lambda: [HOST])
    _finished: set[str] = field(default_factory=set)
    _asked: set[Question] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Derive the bytes that begin every mark."""
        self._needle = f"\n{self.marker} ".encode()

    def feed(self, data: bytes) -> None:
        """Take the next bytes from the node. Raises BrokenStreamError; captures stay."""
        if self.greeting is None:
            data = self._greet(data)
        if data and not self._sniffed:
            self._buffer += data
            if len(self._buffer) < 2:  # noqa: PLR2004  # gzip's magic is two bytes
                return
            data, self._sniffed = bytes(self._buffer), True
            self._buffer.clear()
            if data.startswith(b"\x1f\x8b"):
                self._unpack = zlib.decompressobj(31)
        if not data:
            return
        for piece in self._unpacked(data):
            self._taken += len(piece)
            if self._taken > self.total:
                raise BrokenStreamError(f"it said more than {self.total} bytes in all")
            self._buffer += piece
            self._read_marks()

    def _greet(self, data: bytes) -> bytes:
        self.noise += data
        begin = self.noise.find(self._needle + b"H ")
        end = self.noise.find(b"\n", begin + 1) if begin >= 0 else -1
        if end < 0:
            if len(self.noise) > NOISE_LIMIT:
                raise BrokenStreamError("its login prints without end instead of starting sh")
            return b""
        line = self.noise[begin + len(self._needle) : end].decode("ascii", "replace")
        _, wall, uptime = _fields(line, 3)  # either is "" where the node could not tell
        self.greeting = Greeting(_wall(wall), _number(uptime))
        rest, self.noise = self.noise[end + 1 :], self.noise[:begin]
        return rest

    def _unpacked(self, data: bytes) -> Iterator[bytes]:
        if self._unpack is None:
            yield data
            return
        try:
            while data and not self._unpack.eof:
                yield self._unpack.decompress(data, STEP)
                data = self._unpack.unconsumed_tail
        except zlib.error as error:
            raise BrokenStreamError(f"its gzip stream is damaged ({error})") from error

    def _read_marks(self) -> None:
        while True:
            at = self._buffer.find(self._needle, self._searched)
            if at < 0:
                self._searched = max(0, len(self._buffer) - len(self._needle) + 1)
                self._bound_text()
                return
            end = self._buffer.find(b"\n", at + 1)
            if end < 0:
                self._searched = at
                if len(self._buffer) - at > LINE_LIMIT:
                    raise BrokenStreamError("a mark in its stream has no end")
                return
            text = bytes(self._buffer[:at])
            line = bytes(self._buffer[at + len(self._needle) : end])
            del self._buffer[: end + 1]
            # The newline that ends a mark may be the very one that begins the next.
            self._searched = 0
            self._take(text, line.decode("utf-8", "backslashreplace"))

    def _bound_text(self) -> None:
        """Drop what a text has beyond the limit and one byte, which betrays the excess."""
        if self._searched > self.limit + STEP:
            del self._buffer[self.limit + 1 : self._searched]
            self._searched = self.limit + 1

    def _take(self, text: bytes, line: str) -> None:
        """Handle one mark; ``text`` is what stood before it."""
        kind, _, rest = line.partition(" ")
        if kind == "S" and self._open is not None:
            self._open.stdout = text
            self._open.ending = tuple(rest.split())
        elif kind == "E" and self._open is not None:
            self._close(text)
        elif kind == "B":
            self._abandon("its shell was lost")
            number, scope, begun, subject = _fields(rest, 4)
            self._open = _Open(self._valid(number), scope, _number(begun), subject)
        elif kind == "X":
            number, scope, why, subject = _fields(rest, 4)
            self._skip(self._valid(number), scope, subject, why)
        else:
            self._note(kind, rest)

    def _note(self, kind: str, rest: str) -> None:
        """Handle the marks about namespaces."""
        if kind == "N":
            self.scopes += [f"net:[{inode}]" for inode in rest.split()]
        elif kind == "D":
            self._finished.add(rest.strip())
        elif kind == "I":
            self._leave(rest.strip(), "its interfaces could not be listed")
        elif kind == "F":
            scope, why = _fields(rest, 2)
            reason = _LATE if why == "late" else f"{scope} could not be entered: {why}"
            self._leave(scope, reason)
        elif kind == "Z":
            self.complete = True
        else:
            raise BrokenStreamError(f"a mark in its stream is out of place: {kind[:20]!r}")

    def _valid(self, number: str) -> int:
        if not _SMALL.fullmatch(number) or not 1 <= int(number) <= len(self.probes):
            said = repr(number[:20])
            raise BrokenStreamError(f"its stream answers a question without a number: {said}")
        return int(number) - 1

    def _close(self, text: bytes) -> None:
        opened, self._open = self._open, None
        if opened is None:
            return
        ending = (*opened.ending, *_LOST[len(opened.ending) :])
        status, signals, ended, cut, seconds, head = ending[:6]
        probe = self.probes[opened.number]
        outcome, exit_status, detail = self._ending(probe, opened, (status, signals, seconds, head))
        stderr = text if cut == "1" else text.removesuffix(b"\n")
        ended_at = _number(ended)
        duration = None
        if ended_at is not None and opened.begun is not None:
            duration = round(max(0.0, ended_at - opened.begun), 2)
        self._add(
            Capture(
                node=self.node,
                question=Question(probe.name, opened.scope, opened.subject),
                command=probe.text(opened.subject),
                outcome=outcome,
                exit_status=exit_status,
                stdout=opened.stdout[: self.limit],
                stderr=stderr,
                started=self._instant(opened.begun),
                duration=duration,
                detail=detail,
            )
        )

    def _ending(
        self, probe: Probe, opened: _Open, ending: tuple[str, str, str, str]
    ) -> tuple[Outcome, int | None, str]:
        status, signals, seconds, head = ending
        if len(opened.stdout) > self.limit:
            return Outcome.CUT_OFF, None, f"the answer is longer than {self.limit} bytes"
        if signals != "0":
            return Outcome.TIMED_OUT, None, f"did not end within {seconds or probe.limit} s"
        if not _SMALL.fullmatch(status):
            return Outcome.CUT_OFF, None, "its exit status was lost"
        if head != "0":
            return Outcome.CUT_OFF, None, "a process that it left behind kept its output open"
        if status == "127" and is_plain(probe.command):
            program = probe.command.split(" ", 1)[0]
            return Outcome.MISSING, None, f"no {program} on the node"
        return Outcome.ANSWERED, int(status), ""

    def _instant(self, uptime: float | None) -> datetime | None:
        clock = self.greeting
        if clock is None or clock.wall is None or clock.uptime is None or uptime is None:
            return None
        try:
            return datetime.fromtimestamp(clock.wall + uptime - clock.uptime, UTC)
        except (OverflowError, ValueError, OSError):  # a clock that shows no year of ours
            return None

    def _add(self, capture: Capture) -> None:
        if capture.question not in self._asked:
            self._asked.add(capture.question)
            self.captures.append(capture)

    def _skip(self, number: int, scope: str, subject: str, why: str) -> None:
        probe = self.probes[number]
        if why == "missing":
            outcome, detail = Outcome.MISSING, f"no {probe.needs} on the node"
        else:
            outcome, detail = Outcome.NOT_ASKED, _LATE
        self._unasked(probe, scope, subject, outcome, detail)

    def _unasked(
        self, probe: Probe, scope: str, subject: str, outcome: Outcome, detail: str
    ) -> None:
        question = Question(probe.name, scope, subject)
        command = probe.text(subject or "INTERFACE")
        self._add(Capture(self.node, question, command, outcome, detail=detail))

    def _abandon(self, why: str) -> None:
        """Turn the question whose answer stopped half way into a CUT_OFF capture."""
        opened, self._open = self._open, None
        if opened is None:
            return
        probe = self.probes[opened.number]
        question = Question(probe.name, opened.scope, opened.subject)
        self._add(
            Capture(
                node=self.node,
                question=question,
                command=probe.text(opened.subject),
                outcome=Outcome.CUT_OFF,
                stdout=opened.stdout[: self.limit],
                started=self._instant(opened.begun),
                detail=why,
            )
        )

    def _leave(self, scope: str, why: str) -> None:
        """Record for a namespace that what was not asked there so far will not be.

        The interfaces are not known then: one capture without subject stands for all of them.
        """
        self._abandon(why)
        for probe in self.probes:
            asked = Question(probe.name, scope) in self._asked
            if probe.where is not Where.NODE and not asked:
                self._unasked(probe, scope, "", Outcome.NOT_ASKED, why)
        self._finished.add(scope)

    def finish(self, why: str) -> None:
        """Say that no more bytes come: what was asked and not answered becomes captures too.

        ``why`` is a clause for these captures. Does nothing after the script's own end.
        """
        if self.complete or self.greeting is None:
            return
        opened = self._open
        if opened is not None and not opened.ending:
            opened.stdout = bytes(self._buffer)
        self._abandon(why)
        for probe in self.probes:
            if probe.where is Where.NODE:
                self._unasked(probe, HOST, "", Outcome.NOT_ASKED, why)
        for scope in self.scopes:
            if scope not in self._finished:
                self._leave(scope, why)


_LATE = "the node's time was used up before this question"


_LOST = ("lost", "0", "", "0", "", "0")
_SMALL = re.compile(r"[0-9]{1,9}")
"""A number that int() takes; it refuses thousands of digits with an error of its own."""


def _fields(text: str, count: int) -> tuple[str, ...]:
    """Split at single spaces; the last field keeps its own, missing ones are ""."""
    parts = text.split(" ", count - 1)
    return (*parts, *[""] * (count - len(parts)))


def _number(text: str) -> float | None:
    """Read digits with an optional fraction, as /proc/uptime writes them."""
    whole, _, fraction = text.partition(".")
    if not whole.isdecimal() or not (fraction or "0").isdecimal() or len(text) > 32:  # noqa: PLR2004
        return None
    return float(text)


def _wall(text: str) -> float | None:
    """Read ``date +%s.%N``; a date without nanoseconds prints something else after the point."""
    exact = _number(text)
    return exact if exact is not None else _number(text.partition(".")[0])
