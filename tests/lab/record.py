"""Record the lab's nodes for ``netsnap demo``: ``python -m tests.lab.record RUN_DIR``.

The lab is up in RUN_DIR; the recordings name that directory, so let it say nothing of a machine.
Plays one fault and writes what the probe script says before and after it, byte for byte, to
``samples/demo/``. To be run again when what is asked has changed.
"""

import secrets
import subprocess
import sys
import zlib
from pathlib import Path

from collector.playback import Recording
from collector.script import bootstrap, script
from parsers.catalogue import probes
from parsers.entry import Profile
from tests.lab.faults import broken, named
from tests.lab.lab import Lab
from tests.lab.nodes import enter

TARGET = Path(__file__).parents[2] / "samples" / "demo"
FAULT = "bgp-cut"
PROBES = probes(Profile.DEFAULT)
GZIP = b"\x1f\x8b"


def record(lab: Lab, node: str, about: str) -> Recording:
    """Run the probe script on one node and keep what it writes, unpacked."""
    marker = secrets.token_hex(16)
    program = script(PROBES, marker=marker, budget=60, output_limit=1 << 24)
    with subprocess.Popen(
        enter(lab.process(node), "sh", "-c", bootstrap(program)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(program)
        process.stdin.flush()
        stream = process.stdout.read()
    return Recording(node, tuple(p.name for p in PROBES), marker, about, _unpacked(stream))


def _unpacked(stream: bytes) -> bytes:
    head, magic, _ = stream.partition(GZIP)
    if not magic:
        return stream
    return head + zlib.decompress(stream[len(head) :], wbits=31)


def _write(lab: Lab, moment: str, about: str) -> None:
    folder = TARGET / moment
    folder.mkdir(parents=True, exist_ok=True)
    for node in lab.nodes:
        (folder / f"{node}.frames").write_bytes(record(lab, node, about).to_bytes())


def main() -> int:
    """Record both moments of the standing lab."""
    lab = Lab(run_dir=Path(sys.argv[1]))
    lab.wait_whole()
    fault = named(FAULT)
    _write(lab, "before", "three nodes of netsnap's lab, whole")
    with broken(lab, fault):
        _write(lab, "after", f"the same nodes later; {fault.summary}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
