"""Makes the samples of daemons, their sockets and clocks, as root on Debian with BIRD and chrony:
``python -m tests.parsers.make_daemon_samples``. Each is what the real program printed here.
"""

import shlex
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parsers.catalogue import entry
from tests.parsers.make_kernel_samples import ENVIRONMENT, asked, pair, put, run

_BIRD = """
router id {here};
protocol device {{ scan time 2; }}
protocol bgp mesh {{
  local as 64512; neighbor {there} as 64512; multihop; source address {here};
  password "s3cretbgp"; connect delay time 1;
}}
"""
_GONE = """
protocol bgp gone {
  local as 64512; neighbor 172.16.78.53 as 64512; multihop; source address 172.16.78.51;
  connect delay time 1;
}
"""
_SERVER = "local stratum 8\nallow\n"
_CLIENT = "server 172.16.78.52 iburst minpoll 0 maxpoll 1\n"

_SOCKETS = {
    "bgp": "PROC_ROOT=/proc ss -tanpo '( sport = :179 or dport = :179 )'",
    "bgp-by-netlink": "ss -tanpo '( sport = :179 or dport = :179 )'",
    "listeners": "ss -tlnp",
    "plain": "ss -tan",
    "without-title": "ss -Htan",
    "with-all-details": "ss -tanpoie 2>/dev/null",
    "netstat": "netstat -tanpo",
    "busybox-netstat": "busybox netstat -tan",
}
# With one that is stopped, one that nobody waits for, and a process that is no daemon.
_DAEMONS = r"""
cp /usr/sbin/bird {home}/bird6
bird -c {home}/one.cfg -s {home}/d.ctl -P {home}/d.pid
{home}/bird6 -c {home}/two.cfg -s {home}/e.ctl -P {home}/e.pid
sh -c 'chronyd -x -d -f {home}/zombie.conf & exec sleep 60' &
sleep 1
kill -s STOP $(cat {home}/e.pid)
"""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    with (
        pair("nspdaemon1", "nspdaemon2") as (one, two),
        tempfile.TemporaryDirectory() as folder,
    ):
        home = Path(folder)
        run(one, "ip neigh add 172.16.78.53 lladdr 02:00:00:00:00:01 dev eth0")
        here, there = "172.16.78.51", "172.16.78.52"
        (home / "one.cfg").write_text(_BIRD.format(here=here, there=there) + _GONE)
        (home / "two.cfg").write_text(_BIRD.format(here=there, there=here))
        _clocks(one, two, home)
        with _running(one, home, "bird -f", "one"), _running(two, home, "bird -f", "two"):
            time.sleep(9)
            for case, script in _SOCKETS.items():
                put(f"ss-bgp/{case}", _without_key(run(one, script)))
        put("daemons/stopped-and-gone", _alone(_DAEMONS, home, asked("daemons")))
        put("ps/stopped-and-gone", _alone(_DAEMONS, home, entry("ps").probe.text()))


def _clocks(one: str, two: str, home: Path) -> None:
    for name, text in (("server", _SERVER), ("client", _CLIENT)):
        (home / name).mkdir(mode=0o770)
        paths = f"bindcmdaddress {home}/{name}/sock\npidfile {home}/{name}/pid\n"
        (home / f"{name}.cfg").write_text(text + paths)
    ask = f"chronyc -n -h {home}/client/sock tracking"
    with _chrony(one, home, "client"):
        time.sleep(1)
        put("chrony-tracking/alone", run(one, ask))
        with _chrony(two, home, "server"):
            time.sleep(8)
            put("chrony-tracking/synchronized", run(one, ask))


def _without_key(text: bytes) -> bytes:
    """Give the test's own key another name: this ss prints keys where it should not."""
    return text.replace(b"s3cretbgp", b"masked:000000000000")


@contextmanager
def _running(netns: str, home: Path, program: str, name: str) -> Iterator[None]:
    words = [*program.split(), "-c", f"{home}/{name}.cfg", "-s", f"{home}/{name}.ctl"]
    with subprocess.Popen(["ip", "netns", "exec", netns, *words], env=ENVIRONMENT) as process:
        try:
            yield
        finally:
            process.terminate()


@contextmanager
def _chrony(netns: str, home: Path, name: str) -> Iterator[None]:
    words = ["chronyd", "-x", "-u", "root", "-d", "-f", f"{home}/{name}.cfg"]
    with subprocess.Popen(["ip", "netns", "exec", netns, *words], env=ENVIRONMENT) as process:
        try:
            yield
        finally:
            process.terminate()


def _alone(script: str, home: Path, question: str) -> bytes:
    """Ask where only a few processes of our own are to be seen, in a namespace of their own."""
    whole = script.format(home=shlex.quote(str(home))) + question
    command = ["unshare", "--pid", "--mount", "--net", "--fork", "--mount-proc", "sh", "-c", whole]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=ENVIRONMENT).stdout


if __name__ == "__main__":
    main()
