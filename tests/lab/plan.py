"""What the lab consists of: names, addresses, blocks, pods. Data only; nothing runs here."""

import hashlib
from dataclasses import dataclass

GATEWAY = "172.16.0.254"
GATEWAY_MAC = "00:25:90:4a:ad:fe"
NOBODY = "172.16.0.253"  # an address of the data subnet that no machine has
OUTSIDE = "198.51.100.1"  # stands for the world behind the gateway (RFC 5737)
TESTER = "172.16.0.1"  # the machine that runs the tests, on the data subnet
DATA_SUBNET = "172.16.0.0/24"
NIC = "enp1s0f0"
MANAGEMENT_NIC = "mgmt0"
AS_NUMBER = 64512


@dataclass(frozen=True, slots=True)
class Timers:
    """BIRD's clocks in seconds. ``error_wait`` is BIRD's pair of first and longest wait."""

    hold: int
    keepalive: int
    connect_delay: int
    connect_retry: int
    error_wait: tuple[int, int]
    graceful_restart: int


TIMERS = {
    "short": Timers(9, 3, 1, 2, (1, 2), 10),
    "bird": Timers(240, 80, 2, 5, (5, 30), 120),  # what Calico's template leaves BIRD with
}


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod: a pause container that owns the network namespace, and an application in it.

    One without a Kubernetes namespace is a plain container, which docker alone has wired.
    """

    node: str
    namespace: str
    name: str
    application: str
    image: str
    address: str
    uid: str

    @property
    def workload(self) -> str:
        """The stable name, ``namespace/pod``, or ``container@node``."""
        return f"{self.namespace}/{self.name}" if self.namespace else f"{self.name}@{self.node}"

    @property
    def veth(self) -> str:
        """The host end: ``cali`` and 11 hex digits of sha1("namespace.pod"), as Calico has it."""
        digest = hashlib.sha1(f"{self.namespace}.{self.name}".encode(), usedforsecurity=False)
        return f"cali{digest.hexdigest()[:11]}"

    @property
    def mac(self) -> str:
        """A locally administered address of its own for eth0."""
        digits = hashlib.sha256(self.workload.encode()).hexdigest()[:10]
        return "b2:" + ":".join(digits[i : i + 2] for i in range(0, 10, 2))

    @property
    def pause_container(self) -> str:
        """The pause container's name in Kubernetes' docker style."""
        return self._container("POD.d8dbe16c")

    @property
    def app_container(self) -> str:
        """The application container's name in Kubernetes' docker style."""
        digest = hashlib.sha256(self.application.encode()).hexdigest()[:8]
        return self._container(f"{self.application}.{digest}")

    def _container(self, role: str) -> str:
        attempt = hashlib.sha256(f"{role}{self.uid}".encode()).hexdigest()[:8]
        return f"k8s_{role}_{self.name}_{self.namespace}_{self.uid}_{attempt}"


@dataclass(frozen=True, slots=True)
class Node:
    """A node: its data address, its Calico block, its groups in the inventory, its pods."""

    name: str
    address: str
    block: str
    groups: tuple[str, ...]
    pods: tuple[Pod, ...]

    @property
    def host_number(self) -> int:
        """The last octet of its data address; its management address ends likewise."""
        return int(self.address.rsplit(".", 1)[1])

    @property
    def session_suffix(self) -> str:
        """The address as BIRD's protocol names carry it: ``172_16_0_55``."""
        return self.address.replace(".", "_")


def _pod(node: str, application: str, suffix: str, address: str, uid: str) -> Pod:
    image = {"netperf": "alectolytic/netperf:latest", "iperf3": "networkstatic/iperf3:latest"}
    return Pod(
        node, "default", f"{application}-{suffix}", application, image[application], address, uid
    )


NODES = (
    Node(
        "k8s1",
        "172.16.0.55",
        "192.168.86.0/26",
        ("master",),
        (
            _pod("k8s1", "netperf", "903608992-7c2jw", "192.168.86.2",
                 "fe8c3a12-e21a-11e6-9e5d-0025904aabd6"),
            _pod("k8s1", "iperf3", "225180425-x8kdz", "192.168.86.3",
                 "8586c0d4-e217-11e6-9e5d-0025904aabd6"),
        ),
    ),
    Node(
        "k8s2",
        "172.16.0.57",
        "192.168.167.64/26",
        ("node",),
        (
            _pod("k8s2", "netperf", "903608992-kbdqx", "192.168.167.85",
                 "fe8c2f70-e21a-11e6-9e5d-0025904aabd6"),
            _pod("k8s2", "iperf3", "225180425-dkqlp", "192.168.167.84",
                 "8586bf7c-e217-11e6-9e5d-0025904aabd6"),
        ),
    ),
    Node(
        "k8s3",
        "172.16.0.47",
        "192.168.23.192/26",
        ("node",),
        (
            _pod("k8s3", "netperf", "903608992-q4hnd", "192.168.23.195",
                 "fe8c41e8-e21a-11e6-9e5d-0025904aabd6"),
            _pod("k8s3", "iperf3", "225180425-00psw", "192.168.23.194",
                 "8586b92a-e217-11e6-9e5d-0025904aabd6"),
        ),
    ),
)  # fmt: skip

PODS = {pod.workload: pod for node in NODES for pod in node.pods}


def node_named(name: str) -> Node:
    """Return the node of that name. Raises KeyError for a name the lab does not have."""
    return {node.name: node for node in NODES}[name]


def management_address(number: int, node: Node) -> str:
    """The address of a node on the management subnet of lab ``number``."""
    return f"10.99.{number}.{node.host_number}"
