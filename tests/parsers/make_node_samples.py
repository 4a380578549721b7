"""Makes the samples of docker, calicoctl, BIRD and nft, as root on Debian:
``python -m tests.parsers.make_node_samples``.

docker and calicoctl answer on a node of the lab (its calicoctl is the lab's stand-in, which asks
a real BIRD); nft and a BIRD with every kind of protocol, in a network namespace of their own.
Secrets are masked in them as they are in the history.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from collector.capture import Capture, Outcome, Question, Reach, Visit
from parsers.catalogue import entry
from parsers.mask import mask_visit
from tests.golden import SAMPLES
from tests.lab.lab import Lab

KEY = b"samples"
RUN_DIR = Path("/var/lib/netsnap-samples")
_ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}

_MORE_CONTAINERS = r"""
image=$(docker ps --format '{{.Image}}' | grep netperf)
docker run -d --network none --name paused -e DB_PASSWORD='two
lines & "quotes"' -e PATH_TO=/tmp $image sleep 1000 >/dev/null
docker pause paused >/dev/null
docker run -d --network none --name with-flags --label com.example.token=t0psecret-label \
  --health-cmd 'true --password=hunter22' --health-interval 1h --restart on-failure:3 \
  $image sh -c 'sleep 1000; true --api-token hunter22 "a  b"' >/dev/null
docker run -d --network container:with-flags --name neighbour $image sleep 1000 >/dev/null
docker run -d --network host --name on-the-host $image sleep 1000 >/dev/null
docker run --network none --name ended $image sh -c 'exit 3' || true
docker create --network none --name never-started $image sleep 1 >/dev/null
"""

_END_CALICO = """
for process in /proc/[0-9]*; do
  read -r is <$process/comm && [ "$is" = calico-felix ] && kill ${process#/proc/}
done
sleep 1
"""

_BIRD = """
router id 172.16.77.51;
filter calico_pools { if ( net ~ 192.168.0.0/16 ) then accept; reject; }
table other;
protocol static { route 192.168.167.64/26 blackhole; }
protocol kernel { learn; persist; scan time 2; import all; graceful restart; export all; }
protocol device { scan time 2; }
protocol direct { interface -"cali*", "*"; }
protocol pipe { peer table other; import none; export all; }
template bgp calico {
  local as 64512; multihop; gateway recursive; import all; export filter calico_pools;
  next hop self; source address 172.16.77.51; add paths on; graceful restart;
  connect delay time 1; connect retry time 2; error wait time 1,2;
}
protocol bgp Mesh_172_16_77_52 from calico
  { neighbor 172.16.77.52 as 64512; password "s3cretbgp"; }
protocol bgp Mesh_172_16_77_53 from calico
  { neighbor 172.16.77.53 as 64512; import limit 100 action block; }
protocol bgp Global_172_16_77_54 from calico
  { neighbor 172.16.77.54 as 64514; passive; }
protocol bgp Node_172_16_77_1 from calico
  { neighbor 172.16.77.1 as 64513; description "top of rack"; disabled; }
"""
_OTHER_BIRD = """
router id 172.16.77.52;
protocol static { route 192.168.23.192/26 blackhole; }
protocol device { scan time 2; }
protocol bgp Mesh_172_16_77_51 {
  local as 64512; neighbor 172.16.77.51 as 64512; multihop; import all; export all;
  next hop self; connect delay time 1; password "s3cretbgp";
}
"""

_RULES = """
table inet f {
  comment "by hand"
  counter hits { comment "named"; }
  quota q { over 10 mbytes; }
  set blocked {
    type ipv4_addr; flags interval; auto-merge;
    elements = { 10.1.0.0/16, 10.2.0.0/16, 10.3.0.1, 192.0.2.0/24, 198.51.100.7 };
  }
  set learned {
    type ipv4_addr; flags dynamic,timeout; timeout 5m; size 128;
    elements = { 192.0.2.9 timeout 10m comment "a, b }" };
  }
  map ports {
    type inet_service : verdict; elements = { 22 : accept, 179 : jump bgp, 8080 : drop };
  }
  chain bgp { counter packets 12 bytes 720 accept comment "calico: bgp # handle 9"; }
  chain empty { }
  chain i {
    type filter hook input priority -10; policy accept;
    tcp dport vmap @ports
    ip saddr @blocked counter drop
    ip6 saddr { fe80::/10, fd00::/8 } accept
    meta l4proto { tcp, udp } th dport 53 limit rate 10/second accept
    tcp dport 443 counter name "hits" quota name "q" log prefix "netsnap: "
    ip protocol icmp update @learned { ip saddr timeout 1m counter }
    accept
    accept
  }
}
table bridge b {
  chain fw { type filter hook forward priority filter; policy drop; }
}
table netdev n {
  chain ing { type filter hook ingress device "near" priority 0; }
}
"""
_IPTABLES = """
iptables -N cali-FORWARD
iptables -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
iptables -A cali-FORWARD -m conntrack --ctstate INVALID -j DROP
iptables -t nat -A POSTROUTING -s 192.168.0.0/16 -j MASQUERADE
"""


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    _in_namespaces()
    with Lab(77, RUN_DIR) as lab:
        _on_a_node(lab)


def _on_a_node(lab: Lab) -> None:
    lab.run("k8s2", _MORE_CONTAINERS)
    time.sleep(2)
    whole = "docker inspect --type container $(docker ps -aq --no-trunc)"
    columns = r"table {{.Names}}\t{{.Image}}\t{{.Ports}}"
    said = {
        "docker-ps/lab": "docker ps -a --no-trunc",
        "docker-ps/no-containers": "docker ps --filter name=nobody",
        "docker-ps/with-sizes": "docker ps -a --size",
        "docker-ps/custom-columns": f"docker ps -a --format '{columns}'",
        "docker-ps/quiet": "docker ps -aq",
        "docker-inspect/lab": whole,
        "docker-inspect/cut-off": f"{whole} | head -c 20000",
        "docker-inspect/no-containers": "docker inspect --type container 0123456789ab || true",
        "docker-inspect/one-line": "docker inspect --format '{{json .}}' ended",
    }
    texts = {sample: lab.run("k8s2", script).encode() for sample, script in said.items()}
    for sample, text in masked(texts).items():
        put(sample, text)
    lab.run("k8s2", "docker unpause paused")  # a frozen process would outlive the lab
    settings = [f"config-{each}" for each in ("asNumber", "nodeToNodeMesh", "logLevel", "ipip")]
    for name in (*settings, "get", "get-rest", "version", "ipam-show"):
        asked = entry(f"calicoctl-{name}").probe.command
        put(f"calicoctl-{name}/lab", lab.run("k8s2", asked).encode())
    _calico(lab)


def _calico(lab: Lab) -> None:
    status = f"{entry('calicoctl-node-status').probe.command} || true"
    put("calicoctl-node-status/mesh", lab.run("k8s2", status).encode())
    put("birdcl-protocols/mesh", lab.run("k8s2", entry("birdcl-protocols").probe.command).encode())
    lab.power_off("k8s3")
    time.sleep(15)  # longer than the hold time
    put("calicoctl-node-status/peer-off", lab.run("k8s2", status).encode())
    put(
        "birdcl-protocols/peer-off",
        lab.run("k8s2", entry("birdcl-protocols").probe.command).encode(),
    )
    lab.run("k8s2", "kill $(cat /run/bird.pid); sleep 1")
    put("calicoctl-node-status/bird-off", lab.run("k8s2", status).encode())
    lab.run("k8s2", _END_CALICO)
    put("calicoctl-node-status/calico-off", lab.run("k8s2", status).encode())


def _in_namespaces() -> None:
    with _pair("nspsample1", "nspsample2") as (one, two), tempfile.TemporaryDirectory() as folder:
        put("nft-ruleset/empty", _run(one, "nft -a list ruleset"))
        home = Path(folder)
        with _bird(one, home / "one", _BIRD), _bird(two, home / "two", _OTHER_BIRD):
            time.sleep(8)
            ask = f"birdc -r -s {home}/one.ctl show protocols"
            put("birdcl-protocols/every-kind", _run(one, f"{ask} all"))
            put("birdcl-protocols/without-details", _run(one, ask))
        _run(one, _IPTABLES)
        put("nft-ruleset/iptables", _run(one, "nft -a list ruleset"))
        (home / "rules").write_text(_RULES)
        _run(one, f"nft -f {home}/rules; ping -c 1 -W 1 172.16.77.52")
        put("nft-ruleset/scene", _run(one, "nft -a list ruleset"))


@contextmanager
def _pair(one: str, two: str) -> Iterator[tuple[str, str]]:
    def ip(words: str) -> None:
        subprocess.run(["ip", *words.split()], check=True)

    try:
        ip(f"netns add {one}")
        ip(f"netns add {two}")
        ip(f"link add near netns {one} type veth peer name near netns {two}")
        for name, address in ((one, "172.16.77.51/24"), (two, "172.16.77.52/24")):
            ip(f"-n {name} addr add {address} dev near")
            ip(f"-n {name} link set near up")
        yield one, two
    finally:
        for name in (one, two):
            subprocess.run(["ip", "netns", "del", name], check=False)


@contextmanager
def _bird(netns: str, home: Path, config: str) -> Iterator[None]:
    home.with_suffix(".cfg").write_text(config)
    files = [f"{home}.cfg", "-s", f"{home}.ctl", "-P", f"{home}.pid"]
    with subprocess.Popen(["ip", "netns", "exec", netns, "bird", "-f", "-c", *files]) as bird:
        try:
            yield
        finally:
            bird.terminate()


def _run(netns: str, script: str) -> bytes:
    command = ["ip", "netns", "exec", netns, "sh", "-ec", script]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, env=_ENVIRONMENT).stdout


def masked(texts: dict[str, bytes]) -> dict[str, bytes]:
    """Mask the samples as the answers of one visit: a secret of one is masked in all."""
    now = datetime.now(UTC)
    captures = tuple(
        Capture("k8s2", Question(sample.split("/")[0]), "", Outcome.ANSWERED, 0, text)
        for sample, text in texts.items()
    )
    visit = Visit("k8s2", "", Reach.REACHED, now, now, captures=captures)
    return dict(zip(texts, (each.stdout for each in mask_visit(visit, KEY).captures), strict=True))


def put(sample: str, text: bytes) -> None:
    path = SAMPLES / f"{sample}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text)


if __name__ == "__main__":
    main()
