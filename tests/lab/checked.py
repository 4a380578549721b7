"""What ``netsnap check`` must say of each fault of the lab, without a snapshot of before."""

import json
from typing import Any

from tests.lab.faults import Fault
from tests.tool import Tool

FIRST = 3
MARKS = {
    "bgp-cut": ("the BGP session k8s2–k8s3",),
    "bgp-cut-on-node": ("a packet filter of k8s3 drops BGP",),
    "nic-down": ("enp1s0f0 of k8s3", "is down"),
    "carrier-lost": ("enp1s0f0 of k8s3", "has no carrier"),
    "node-off": ("k8s3 was not reached",),
    "veth-deleted": ("cannot reach default/iperf3-225180425-dkqlp",),
    "pod-route-deleted": ("k8s2 has no route to", "192.168.167.85"),
    "default-route-changed": ("172.16.0.253 on enp1s0f0 does not answer k8s2",),
    "default-route-gone": ("k8s2 has no default route",),
    "forwarding-off": ("k8s3 does not forward",),
    "bird-stopped": ("bird on k8s3", "is not running"),
    "bird-hung": ("bird on k8s3 is stopped",),
    "mesh-off": ("the node-to-node mesh is off",),
}
"""Words of one sentence among the first few; a fault that is not here breaks nothing."""


def wrong(tool: Tool, label: str) -> list[str]:
    """Return the sentences of all errors and warnings that a snapshot has, the worst first."""
    done = tool.run("check", label, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    print(tool.run("check", label).stdout)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [each["sentence"] for each in found if each["severity"] != "notice"]


def names_the_fault(fault: Fault, sentences: list[str]) -> bool:
    """Say whether one of the first sentences is the fault; of a harmless one, that none is."""
    if not fault.blame:
        return not sentences
    return any(
        all(each in sentence for each in MARKS[fault.name]) for sentence in sentences[:FIRST]
    )
