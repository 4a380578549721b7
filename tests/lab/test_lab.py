"""The lab's own test: it is whole, each fault costs what it states, and it goes without a trace."""

import signal
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.lab import switch
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NIC, PODS
from tests.lab.shell import LabBusyError, LabError, run

pytestmark = pytest.mark.lab

SPARE = 250  # the number of a second lab, far from those that sessions pick


def test_every_pod_reaches_every_other_and_the_outside(healthy_lab: Lab) -> None:
    matrix = healthy_lab.ping_matrix()
    assert len(matrix) == 30
    assert all(matrix.values())
    assert healthy_lab.ping_outside() == dict.fromkeys(PODS, True)


def test_restore_mends_what_no_fault_names(healthy_lab: Lab) -> None:
    pod = PODS["default/iperf3-225180425-00psw"]
    forwarding = "/proc/sys/net/ipv4/ip_forward"
    healthy_lab.run("k8s1", f"echo 0 >{forwarding}; kill -STOP $(cat /run/bird.pid)")
    healthy_lab.run("k8s2", f"kill $(cat /run/sshd.pid); ip link set {NIC} down")
    healthy_lab.run("k8s3", f"docker restart -t 1 {pod.pause_container}")
    assert healthy_lab.lost_pairs()
    healthy_lab.restore()
    assert not healthy_lab.lost_pairs()
    for node in healthy_lab.nodes:
        assert "Established" in healthy_lab.run(node, "calicoctl node status")


def test_ssh_answers_on_the_management_address_while_the_nic_is_down(
    healthy_lab: Lab, tmp_path: Path
) -> None:
    path = healthy_lab.inventory_toml(tmp_path / "netsnap.toml")
    inventory = tomllib.loads(path.read_text())
    healthy_lab.run("k8s3", f"ip link set {NIC} down")
    key = Path(inventory["defaults"]["key"])
    address = inventory["nodes"]["k8s3"]["address"]
    assert _ssh(tmp_path, address, key, "hostname") == "k8s3\n"


@pytest.mark.alone  # another lab's have the same addresses
def test_ssh_answers_on_the_data_addresses_of_the_only_lab(
    healthy_lab: Lab, tmp_path: Path
) -> None:
    path = tmp_path / "netsnap.toml"
    if not healthy_lab.state.data_reach:  # another lab, or the machine's own network, has them
        with pytest.raises(LabError, match=r"use the management addresses"):
            healthy_lab.inventory_toml(path, addresses="data")
        return
    healthy_lab.inventory_toml(path, addresses="data")
    key = Path(tomllib.loads(path.read_text())["defaults"]["key"])
    assert _ssh(tmp_path, "172.16.0.57", key, "hostname") == "k8s2\n"


def test_no_pod_traffic_takes_the_management_network(healthy_lab: Lab) -> None:
    pod = PODS["default/iperf3-225180425-00psw"]
    via = f"10.99.{healthy_lab.number}.47"
    healthy_lab.run("k8s2", f"ip route add {pod.address} via {via} dev mgmt0")
    try:
        assert ("default/iperf3-225180425-dkqlp", pod.workload) in healthy_lab.lost_pairs()
    finally:
        healthy_lab.run("k8s2", f"ip route del {pod.address}")


def test_applications_carry_their_secrets_in_the_environment(healthy_lab: Lab) -> None:
    pod = PODS["default/netperf-903608992-kbdqx"]
    told = healthy_lab.run("k8s2", f"docker inspect {pod.app_container}")
    assert len(set(healthy_lab.secrets)) == 18
    assert sum(secret in told for secret in healthy_lab.secrets) == 3


def test_a_node_that_was_off_has_booted_anew(healthy_lab: Lab) -> None:
    boot = "cat /proc/sys/kernel/random/boot_id"
    before = {node: healthy_lab.run(node, boot) for node in healthy_lab.nodes}
    assert len(set(before.values())) == 3
    healthy_lab.power_off("k8s3")
    with pytest.raises(LabError, match="node k8s3 is not on"):
        healthy_lab.run("k8s3", boot)
    healthy_lab.power_on("k8s3")
    assert healthy_lab.run("k8s3", boot) != before["k8s3"]


def test_calicoctl_tells_a_session_that_is_down_from_bird_that_is_dead(healthy_lab: Lab) -> None:
    healthy_lab.run("k8s1", "birdcl -s /run/calico/bird.ctl disable Mesh_172_16_0_57")
    healthy_lab.run("k8s2", "kill $(cat /run/bird.pid); sleep 0.5")
    healthy_lab.run("k8s3", "kill $(cat /run/bird.pid) $(cat /run/bird6.pid); sleep 0.5")
    status = "calicoctl node status"
    assert "172.16.0.57  | node-to-node mesh | down" in healthy_lab.run("k8s1", status)
    assert "INFO: BIRDv4 process: 'bird' is not running." in healthy_lab.run("k8s2", status)
    assert "The BGP backend process (BIRD) is not running." in healthy_lab.run("k8s3", status)
    wait_until(
        lambda: "Active Socket: Connection |" in healthy_lab.run("k8s1", status, limit=5.0),
        20.0,
        "a long INFO wraps",
    )
    healthy_lab.run("k8s1", "birdcl -s /run/calico/bird.ctl enable Mesh_172_16_0_57")
    healthy_lab.run("k8s3", "kill -KILL $(cat /run/calico-felix.pid)")
    with pytest.raises(LabError, match=r"Calico process is not running\."):
        healthy_lab.run("k8s3", status)


def test_refuses_a_run_directory_that_is_in_use(healthy_lab: Lab) -> None:
    with pytest.raises(LabBusyError, match=r"up in|in use"):
        Lab(healthy_lab.number, healthy_lab.run_dir).up()
    assert healthy_lab.is_up


def test_takes_down_what_a_killed_run_left(tmp_path: Path) -> None:
    needed = "from pathlib import Path; from tests.lab import Lab"
    up = f"Lab({SPARE}, Path({str(tmp_path / 'a lab')!r})).up()"
    code = f"{needed}; {up}; print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)
    lab = Lab(SPARE, tmp_path / "a lab")
    left = lab.state
    assert left.abandoned
    assert all(process.alive for process in left.nodes.values())
    assert not lab.lost_pairs()
    lab.down()
    lab.down()
    assert not any(process.alive for process in left.nodes.values())
    assert _traces(left.prefix) == []
    assert not lab.run_dir.exists()


def test_a_start_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    lab = Lab(SPARE, tmp_path / "an overlay takes no : in a path")
    before = _traces("nslab")
    with pytest.raises(LabError, match=r"ended while starting: .*mount"):
        lab.up()
    assert _traces("nslab") == before
    assert not lab.run_dir.exists()


def _traces(prefix: str) -> list[str]:
    """Namespaces, links and control groups on this machine that bear a lab's prefix."""
    links = [path.name for path in Path("/sys/class/net").iterdir()]
    groups = [str(path) for path in Path("/sys/fs/cgroup").glob("*/*")]
    names = (*switch.namespaces(), *links, *groups)
    return sorted(name for name in names if Path(name).name.startswith(prefix))


def _ssh(directory: Path, address: str, key: Path, command: str) -> str:
    known = f"UserKnownHostsFile={directory / 'known_hosts'}"
    options = ["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes", "-o", known]
    return run(["ssh", *options, "-i", str(key), f"root@{address}", command])
