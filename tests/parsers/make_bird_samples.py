"""Makes the samples of BIRD, as root on Debian: ``python -m tests.parsers.make_bird_samples``.

Two network namespaces with a link between them and a BIRD in each; the one asked has routes of
every kind that the version knows. ``bird`` and ``bird6`` are BIRD 1.6, as Calico ships it. Other
releases are run where they lie: each further argument is ``CASE=ROOT``, a directory with another
Debian in it whose ``/usr/sbin/bird`` is BIRD 2 or 3 (``bird-2.17=/srv/trixie``).
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shlex import quote

from collector.capture import Capture, Outcome, Question
from parsers.catalogue import entry
from parsers.mask import mask
from tests.golden import SAMPLES

KEY = b"samples"
SETTLED = 9  # seconds until the sessions stand and the kernel was scanned

# The kernel refuses 192.168.3.0/24: 10.9.9.9 is no address of the node.
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

_LINKS = """
ip addr add 172.16.77.5{n}/24 dev near
ip -6 addr add fd77::5{n}/64 dev near nodad
ip link set near up
ip link set lo up
"""
_KERNEL = """
ip route add 10.77.1.0/24 via 172.16.77.52 proto static metric 7
ip route add 10.77.2.9/32 dev near scope link
ip -6 route add fd77:1::/64 via fd77::52 proto static
"""
_TELL = """
filter tell {
  if ( net = 10.201.0.0/16 ) then {
    bgp_path.prepend(65009); bgp_community.add((64512,17)); bgp_ext_community.add((rt, 64512, 42));
    bgp_large_community.add((64512, 1, 2));
  }
  accept;
}
"""

_ALL = """\
# What all nodes have in common.
log stderr { warning, error, fatal, bug }; /* the journal
   has it */
define mesh_as = 64512;  # of all nodes"""

_ONE = """
router id 172.16.77.51;
filter calico_pools { if ( net ~ 192.168.0.0/16 ) then accept; reject; }
table other;
protocol static {
  route 192.168.167.64/26 blackhole;
  route 192.168.1.0/26 unreachable;
  route 192.168.1.64/26 prohibit;
  route 192.168.2.0/24 multipath via 172.16.77.52 weight 2 via 172.16.77.53;
  route 192.168.3.0/24 via "near";
  route 192.168.4.0/24 recursive 192.168.23.200;
  route 192.168.23.192/26 via 172.16.77.52 { preference = 50; };
}
protocol kernel {
  learn; persist; scan time 2; import all; graceful restart;
  export filter { if ( net = 192.168.3.0/24 ) then krt_prefsrc = 10.9.9.9; accept; };
}
protocol device { scan time 2; }
protocol direct { interface -"cali*", "*"; }
protocol pipe { peer table other; import none; export all; }
template bgp calico {
  local as 64512; multihop; gateway recursive; import all; export filter calico_pools;
  next hop self; source address 172.16.77.51; add paths on; graceful restart;
  connect delay time 1; connect retry time 2; error wait time 1,2;
}
protocol bgp Mesh_172_16_77_52 from calico { neighbor 172.16.77.52 as 64512; }
protocol bgp Mesh_172_16_77_53 from calico
  { neighbor 172.16.77.53 as 64512; password "s3cretbgp"; }
"""
_ONE_OTHER = (
    _TELL
    + """
router id 172.16.77.52;
protocol static {
  route 192.168.23.192/26 blackhole;
  route 10.200.0.0/16 via 172.16.77.99;
  route 10.201.0.0/16 blackhole { bgp_med = 30; };
}
protocol device { scan time 2; }
protocol bgp Mesh_172_16_77_51 {
  local as 64512; neighbor 172.16.77.51 as 64512; multihop; import all;
  export filter tell; connect delay time 1; add paths on;
}
"""
)
_SIX = """
router id 172.16.77.51;
protocol static {
  route fd77:aa::/122 blackhole;
  route fd77:bb::/64 multipath via fd77::52 via fd77::53 weight 3;
}
protocol kernel { learn; scan time 2; import all; export all; }
protocol device { scan time 2; }
protocol direct { interface "near"; }
protocol bgp Mesh_172_16_77_52 {
  local as 64512; neighbor fd77::52 as 64512; import all; export all; next hop self;
  connect delay time 1;
}
"""
_SIX_OTHER = """
router id 172.16.77.52;
protocol static { route fd77:cc::/122 blackhole; }
protocol device { scan time 2; }
protocol bgp Mesh_172_16_77_51 {
  local as 64512; neighbor fd77::51 as 64512; import all; export all; connect delay time 1;
}
"""

_TWO = """
router id 172.16.77.51;
hostname "k8s1";
ipv4 table second;
roa4 table roas4;
flow4 table flows4;
filter calico_pools { if ( net ~ 192.168.0.0/16 ) then accept; reject; }
protocol static {
  ipv4 { import keep filtered; };
  route 192.168.167.64/26 blackhole;
  route 192.168.1.0/26 unreachable;
  route 192.168.1.64/26 prohibit;
  route 192.168.2.0/24 via 172.16.77.52 weight 2 via 172.16.77.53;
  route 192.168.3.0/24 via "near";
  route 192.168.4.0/24 recursive 192.168.23.200;
  route 192.168.5.0/24 via 172.16.99.1%'near' onlink;
}
protocol static static6 { ipv6; route fd77:aa::/122 blackhole; }
protocol static roas { roa4 { table roas4; }; route 10.0.0.0/8 max 24 as 64512; }
protocol static flow { flow4 { table flows4; }; route flow4 { dst 10.0.0.0/8; proto = 6; }; }
protocol kernel {
  ipv4 {
    export filter { if ( net = 192.168.3.0/24 ) then krt_prefsrc = 10.9.9.9; accept; };
    import all;
  };
  learn; persist; scan time 2;
}
protocol kernel { ipv6 { export all; import all; }; learn; scan time 2; }
protocol device { scan time 2; }
protocol direct { ipv4; ipv6; interface "near"; }
protocol pipe { table master4; peer table second; import none; export where proto = "static1"; }
template bgp calico {
  local as 64512; multihop;
  ipv4 { import all; export filter calico_pools; next hop self; add paths on; gateway recursive;
    import limit 100 action block; };
  ipv6 { import all; export all; };
  source address 172.16.77.51; connect delay time 1; connect retry time 2; error wait time 1,2;
}
protocol bgp Mesh_172_16_77_52 from calico { neighbor 172.16.77.52 as 64512; }
protocol bgp Mesh_172_16_77_53 from calico
  { neighbor 172.16.77.53 as 64512; password "s3cretbgp"; }
"""
_TWO_OTHER = (
    _TELL
    + """
router id 172.16.77.52;
protocol static {
  ipv4;
  route 192.168.23.192/26 blackhole;
  route 10.201.0.0/16 blackhole { bgp_med = 30; };
}
protocol static static6 { ipv6; route fd77:cc::/122 blackhole; }
protocol device { scan time 2; }
protocol bgp Mesh_172_16_77_51 {
  local as 64512; neighbor 172.16.77.51 as 64512; multihop;
  ipv4 { import all; export filter tell; add paths on; }; ipv6 { import all; export all; };
  connect delay time 1;
}
"""
)


@dataclass(frozen=True)
class Release:
    """One BIRD: where its Debian lies, its daemon, and what the two of a pair are told."""

    case: str
    daemon: str = "bird"
    root: str = "/"
    config: str = _TWO
    other: str = _TWO_OTHER


def main(arguments: list[str]) -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    for release in (
        Release("bird-1.6", "bird", "/", _ONE, _ONE_OTHER),
        Release("bird6-1.6", "bird6", "/", _SIX, _SIX_OTHER),
        *(Release(case, root=root) for case, _, root in (a.partition("=") for a in arguments)),
    ):
        with _pair() as (one, two):
            _run(one, _KERNEL)
            _ask(release, one, two)


def _ask(release: Release, one: str, two: str) -> None:
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=Path(release.root, "tmp"))))
        for netns, name, config in ((one, "one", release.config), (two, "two", release.other)):
            stack.enter_context(_bird(release, netns, home / name, config))
        time.sleep(SETTLED)
        client = "birdcl6" if release.daemon == "bird6" else "birdcl"
        for question in ("status", "protocols", "routes"):
            probe = entry(f"{client}-{question}").probe
            _put(f"{probe.name}/{release.case}", _run(one, probe.command))
        without_ours = f"unshare -m sh -ec {quote('mount -t tmpfs none /etc/bird; exec sh')}"
        command = f"{without_ours} <<'END'\n{entry('bird-config').probe.command}\nEND"
        _put(f"bird-config/{release.case}", _run(one, command))


@contextmanager
def _pair() -> Iterator[tuple[str, str]]:
    one, two = "nspbird1", "nspbird2"
    try:
        for name in (one, two):
            subprocess.run(["ip", "netns", "add", name], check=True)
        veth = f"ip link add near netns {one} type veth peer name near netns {two}"
        subprocess.run(veth.split(), check=True)
        for number, name in enumerate((one, two), 1):
            _run(name, _LINKS.format(n=number))
        yield one, two
    finally:
        for name in (one, two):
            subprocess.run(["ip", "netns", "del", name], check=False)


@contextmanager
def _bird(release: Release, netns: str, home: Path, config: str) -> Iterator[None]:
    home.with_suffix(".cfg").write_text(f'include "all.cfg";{config}')
    home.with_name("all.cfg").write_text(_ALL)
    inside = str(home).removeprefix(release.root.rstrip("/"))
    enter = ["ip", "netns", "exec", netns, "chroot", release.root]
    files = ["-c", f"{inside}.cfg", "-s", f"{inside}.ctl", "-P", f"{inside}.pid"]
    with subprocess.Popen([*enter, release.daemon, "-f", *files], env=_ENVIRONMENT) as bird:
        try:
            yield
        finally:
            bird.terminate()


def _run(netns: str, script: str) -> bytes:
    command = ["ip", "netns", "exec", netns, "sh", "-ec", script]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=_ENVIRONMENT).stdout


def _put(sample: str, text: bytes) -> None:
    now = datetime.now(UTC)
    probe = sample.split("/", maxsplit=1)[0]
    capture = Capture("k8s1", Question(probe), "", Outcome.ANSWERED, 0, text, started=now)
    path = SAMPLES / f"{sample}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(mask(capture, KEY).stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
