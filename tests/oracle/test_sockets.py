"""The TCP sockets of ``ss -tan`` are those of /proc/net/tcp, whatever they are bound to."""

import os
import socket
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parsers.read import read_text
from parsers.records import TcpPassing, TcpSocket
from tests.oracle.namespaces import namespace
from tests.oracle.world import World, world

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root"),
    pytest.mark.needs("ss"),
]

HERE = ("0.0.0.0", "127.0.0.1", "127.3.2.1", "192.0.2.1", "::", "::1", "2001:db8::1", "fe80::5")
NOWHERE = ("192.0.2.77", "2001:db8::77")
"""On the link, and nobody's: who connects there waits."""

ESTABLISHED, LISTENING = "01", "0A"
End = tuple[str, str, int, str, int]

plans = st.lists(
    st.tuples(
        st.sampled_from(HERE),
        st.integers(1, 65535),
        st.booleans(),
        st.integers(0, 3),
        st.sampled_from(("", *NOWHERE)),
    ),
    max_size=12,
)


@pytest.fixture(scope="module")
def here() -> Iterator[World]:
    """A namespace with addresses of both families, and its own end of a link."""
    with namespace() as far, world(far) as made:
        made.do(
            [
                "link set lo up",
                "link add up0 type veth peer name up1",
                "link set up0 up",
                "link set up1 up",
                "addr add 192.0.2.1/24 dev up0",
                "addr add 2001:db8::1/64 dev up0 nodad",
                "addr add fe80::5/64 dev up0 nodad",
            ]
        )
        yield made


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
@given(plan=plans)
def test_sockets_are_those_that_the_kernel_lists(
    here: World, plan: list[tuple[str, int, bool, int, str]]
) -> None:
    with ExitStack() as stack:
        here.thread.submit(_open, stack, plan).result()
        reading = read_text("ss -tan", here.ask_any("ss", "-tan"))
        told = here.thread.submit(_listed).result()
    assert reading.ledger.unknown == ()
    ours = Counter(_ends(each) for each in reading.records if isinstance(each, TcpSocket))
    assert ours == Counter(told)
    (passing,) = (each for each in reading.records if isinstance(each, TcpPassing))
    waiting = [each for each in passing.sockets if each.startswith("SYN-SENT")]
    assert len(waiting) == sum(1 for *_, nowhere in plan if nowhere)


def _open(stack: ExitStack, plan: list[tuple[str, int, bool, int, str]]) -> None:
    """Open what the plan says; what is in use already is refused."""
    for address, port, only, clients, nowhere in plan:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listener = stack.enter_context(socket.socket(family))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, only)
        scope = socket.if_nametoindex("up0") if address.startswith("fe80") else 0
        with suppress(OSError):
            listener.bind((address, port, 0, scope) if scope else (address, port))
            listener.listen()
            for _ in range(clients):
                stack.enter_context(socket.create_connection(listener.getsockname()[:2]))
                stack.enter_context(listener.accept()[0])
        if nowhere:
            family = socket.AF_INET6 if ":" in nowhere else socket.AF_INET
            waiting = stack.enter_context(socket.socket(family))
            waiting.setblocking(False)
            waiting.connect_ex((nowhere, 179))


def _ends(record: TcpSocket) -> End:
    here, there = record.port, record.other_port or 0
    if record.side == "remote":
        here, there = there, here
    return (record.state, _plain(record.local), here, _plain(record.remote), there)


def _plain(address: str) -> str:
    """Write "*", which is ``::`` for IPv4 too, and an address on a link as /proc does."""
    return {"*": "::"}.get(address, address).partition("%")[0]


def _listed() -> list[End]:
    found = []
    for file in ("tcp", "tcp6"):
        for line in Path(f"/proc/thread-self/net/{file}").read_text("utf-8").splitlines()[1:]:
            _, local, remote, state, *_ = line.split()
            if state == LISTENING:
                found.append(("listening", *_end(local), "", 0))
            elif state == ESTABLISHED:
                found.append(("established", *_end(local), *_end(remote)))
    return found


def _end(text: str) -> tuple[str, int]:
    """Read an address and a port in hexadecimal: words of 32 bits in the order of the machine."""
    address, _, port = text.partition(":")
    words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
    family = socket.AF_INET6 if len(words) > 1 else socket.AF_INET
    return socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words)), int(port, 16)
