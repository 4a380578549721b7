"""Makes the samples of packet filters, as root: ``python -m tests.parsers.make_filter_samples``.

Each is what the real program printed in a network namespace made for it. With ``--root FOLDER``
the programs are those of another Debian release that was unpacked there, and the samples' names
end in the release's.
"""

import argparse
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from parsers.catalogue import entry
from tests.golden import ROOT, SAMPLES

FOLDER = ROOT / "tests" / "parsers" / "filter_scenes"
_IN_ROOT = """\
mount --bind /proc "$0/proc"
mount --bind /sys "$0/sys"
exec chroot "$0" "$@\""""
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}


@dataclass(frozen=True)
class Netns:
    """A network namespace, and whose programs run in it: ``root`` is "" for this machine's."""

    name: str
    root: str = ""

    def run(self, script: str) -> bytes:
        """Run a shell script and return what it prints on stdout."""
        command = ["sh", "-c", script, "sh"]
        if self.root:
            command = ["unshare", "-m", "sh", "-ec", _IN_ROOT, self.root, *command]
        done = subprocess.run(
            ["ip", "netns", "exec", self.name, *command],
            stdout=subprocess.PIPE,
            check=True,
            env=_ENVIRONMENT,
        )
        return done.stdout


@contextmanager
def namespace(root: str, name: str = "nspfilter") -> Iterator[Netns]:
    """Yield a namespace with an interface ``near``; nothing of it is left afterwards."""
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        netns = Netns(name, root)
        Netns(name).run(
            "ip link add near type veth peer name far; ip link set near up; ip link set far up;"
            "ip addr add 172.16.77.51/24 dev near; ip link set lo up"
        )
        yield netns
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    options = argparse.ArgumentParser()
    options.add_argument("--root", default="")
    options.add_argument("scenes", nargs="*", help="without any: all of them")
    chosen = options.parse_args()
    root: str = chosen.root
    release = f"-{Path(root, 'etc/debian_version').read_text().split('.')[0]}" if root else ""
    paths = [FOLDER / f"{scene}.sh" for scene in chosen.scenes]
    for path in paths or sorted(FOLDER.glob("*.sh")):
        with namespace(root) as netns:
            _play(netns, path, release)


def _play(netns: Netns, path: Path, release: str) -> None:
    """Run a scene; its lines ``#: SAMPLE: COMMAND`` say what is then asked, and kept as what.

    A line ``#- COMMAND`` takes down what would outlive the namespace.
    """
    script = path.read_text("utf-8")
    netns.run(f"set -e\n{script}")
    for line in script.splitlines():
        if line.startswith("#: "):
            sample, _, command = line[3:].partition(":")
            asked = command.strip() or entry(sample.split("/")[0]).probe.command
            target = Path(SAMPLES, f"{sample}{release}.txt")
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(netns.run(asked))
    for line in script.splitlines():
        if line.startswith("#- "):
            netns.run(line[3:])


if __name__ == "__main__":
    main()
