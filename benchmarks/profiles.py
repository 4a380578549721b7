"""What each profile costs a node: CPU and wall time of the probe script, and bytes of its answers.

The node is made here, in namespaces of its own (needs root and iproute2): PODS pods, each with a
network namespace, a process, a veth and a route, as Calico wires them. Of the programs that a
profile asks, those count that this machine has; the line below the table names the others.
"""

import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass

from collector.script import bootstrap, script
from parsers.catalogue import probes
from parsers.entry import Profile

PODS = 30
MARKER = "0123456789abcdef" * 2
_APART = ("unshare", "--net", "--mount", "--pid", "--fork", "--mount-proc")
_POD = """
ip link add cali{n} type veth peer name eth0 netns {pid}
ip link set cali{n} up
nsenter --net=/proc/{pid}/ns/net sh -c 'ip link set lo up; ip link set eth0 up
  ip address add 10.65.0.{n}/32 dev eth0
  ip route add 169.254.1.1 dev eth0 scope link; ip route add default via 169.254.1.1'
ip route add 10.65.0.{n}/32 dev cali{n} proto bird
"""


@dataclass(frozen=True)
class Cost:
    """What one sweep took on the node; ``told`` counts bytes before and ``sent`` after gzip."""

    cpu: float
    wall: float
    told: int
    sent: int
    asked: int


def run() -> None:
    """Print a line a profile; ratios are to the profile before."""
    if os.geteuid() or not shutil.which("ip"):
        print("profiles: left out, it needs root and iproute2")
        return
    print(f"\nprofiles: a node with {PODS} pods")
    print(f"{'':9} {'CPU s':>7} {'wall s':>7} {'kB told':>8} {'kB sent':>8} {'questions':>10}")
    before = None
    for profile in Profile:
        cost = _measured(profile)
        times = f" ({cost.cpu / before.cpu:.1f} x the CPU)" if before else ""
        print(
            f"{profile:9} {cost.cpu:7.2f} {cost.wall:7.2f} {cost.told / 1000:8.0f}"
            f" {cost.sent / 1000:8.0f} {cost.asked:10}{times}"
        )
        before = cost
    print(f"programs this machine does not have: {', '.join(_missing()) or 'none'}")


def _missing() -> list[str]:
    needs = {probe.needs for probe in probes(Profile.FULL)} - {""}
    return sorted(each for each in needs if not shutil.which(each))


def _measured(profile: Profile) -> Cost:
    """Measure in a child: what it reaps is what the sweep cost."""
    inside = (sys.executable, "-m", "benchmarks.profiles", profile)
    done = subprocess.run((*_APART, *inside), capture_output=True, check=True)
    return Cost(**json.loads(done.stdout))


def inside(profile: Profile) -> Cost:
    """Make the node and sweep it once. Runs where nothing else is: see ``_APART``."""
    pods = [
        subprocess.Popen(("unshare", "--net", "sleep", "120"), stdout=subprocess.DEVNULL)
        for _ in range(PODS)
    ]
    try:
        time.sleep(0.5)  # until each has left our namespace
        for number, pod in enumerate(pods, 1):
            subprocess.run(("sh", "-ec", _POD.format(n=number, pid=pod.pid)), check=True)
        return _sweep(profile)
    finally:
        for pod in pods:
            pod.kill()
            pod.wait()


def _sweep(profile: Profile) -> Cost:
    program = script(probes(profile), marker=MARKER, budget=60, output_limit=1 << 24)
    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(
        ("sh", "-c", bootstrap(program)), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        shell.stdin.write(program)
        shell.stdin.flush()
        stream = shell.stdout.read()
        shell.stdin.close()
    wall, now = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    packed = stream[stream.index(b"\x1f\x8b") :]
    told = gzip.decompress(packed)
    frames = Counter(
        line.split()[1] for line in told.splitlines() if line.startswith(MARKER.encode())
    )
    return Cost(
        cpu=now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime,
        wall=wall,
        told=len(told),
        sent=len(packed),
        asked=frames[b"B"],
    )


if __name__ == "__main__":
    json.dump(vars(inside(Profile(sys.argv[1]))), sys.stdout)
