"""What reading costs in memory: so many times the text, whatever a node prints."""

import subprocess
import sys

import pytest

SIZE = 3_000_000
AT_MOST = 40
"""Times the length of the text, beside what the interpreter takes. Measured: 3 to 31."""

TEXTS = {
    "one line": ("ip-route", b"x" * SIZE),
    "short lines that nobody knows": ("ip-route", b"shiny x!\n" * (SIZE // 9)),
    "routes": ("ip-route", b"192.168.167.84 dev cali0123456789a scope link \n" * (SIZE // 47)),
    "switches": ("sysctl", b"net.ipv4.conf.cali0123456789a.forwarding = 1\n" * (SIZE // 45)),
    "counters": ("ethtool-S", b"     rx_queue_0_xdp_packets: 0\n" * (SIZE // 31)),
    "no JSON": ("docker-inspect", b"shiny\n" * (SIZE // 6)),
    "open brackets": ("docker-inspect", b"[" * SIZE),
    "one long string": ("docker-inspect", b'["' + b"x" * SIZE + b'"]'),
}

_READ = """
import resource, sys
from parsers.read import read_text
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
data = sys.stdin.buffer.read()
before = peak()
ledger = read_text(sys.argv[1], data).ledger
assert ledger.lines == ledger.parsed + ledger.noise + ledger.unknown_count
print((peak() - before) / len(data))
"""


@pytest.mark.parametrize("name", TEXTS)
def test_reading_takes_so_many_times_the_text(name: str) -> None:
    probe, data = TEXTS[name]
    done = subprocess.run(
        [sys.executable, "-c", _READ, probe], input=data, capture_output=True, check=True
    )
    assert float(done.stdout) < AT_MOST
