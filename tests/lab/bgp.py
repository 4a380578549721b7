"""BIRD's configuration of a node, shaped as Calico's template writes it (calico/node, confd)."""

from collections.abc import Sequence

from tests.lab.plan import AS_NUMBER, Node, Timers

BIRD6 = """\
# IPv6 is not routed here; the process is there because calico/node starts it.
router id {address};
log stderr all;
protocol device {{ scan time 2; }}
"""

_NODE = """\
# The lab's, in the shape of Calico's template.
router id {address};
log "{log}" {{ warning, error, fatal, bug, auth }};

filter calico_export_to_peers {{
  if ( net = {block} ) then accept;  # the block, not its /32s
  reject;
}}

protocol static {{
  route {block} blackhole;
}}

protocol kernel {{
  learn;              # routes that others put into the kernel
  persist;            # routes outlive BIRD
  scan time 2;
  import all;
  export all;
  graceful restart;
  merge paths on;
}}

protocol device {{
  scan time 2;
}}

protocol direct {{
  interface -"cali*", -"mgmt0", "*";
}}

template bgp bgp_template {{
  description "Connection to BGP peer";
  local as {as_number};
  multihop;
  gateway recursive;
  import all;
  export filter calico_export_to_peers;
  source address {address};
  add paths on;
  graceful restart;
  graceful restart time {timers.graceful_restart};
  hold time {timers.hold};
  keepalive time {timers.keepalive};
  connect delay time {timers.connect_delay};
  connect retry time {timers.connect_retry};
  error wait time {timers.error_wait[0]}, {timers.error_wait[1]};
}}
"""

_PEER = """
protocol bgp Mesh_{peer.session_suffix} from bgp_template {{
  neighbor {peer.address} as {as_number};{passive}
}}
"""


def bird_conf(node: Node, nodes: Sequence[Node], timers: Timers, log: str) -> str:
    """Return bird.conf of a node in a full mesh; of two nodes the higher address connects."""
    text = _NODE.format(
        address=node.address, block=node.block, as_number=AS_NUMBER, timers=timers, log=log
    )
    for peer in nodes:
        if peer.name != node.name:
            waits = node.host_number < peer.host_number
            passive = "\n  passive on;  # the mesh is one-sided: the peer connects" if waits else ""
            text += _PEER.format(peer=peer, as_number=AS_NUMBER, passive=passive)
    return text


def bird6_conf(node: Node) -> str:
    """Return bird6.conf of a node, which has no IPv6 peers."""
    return BIRD6.format(address=node.address)
