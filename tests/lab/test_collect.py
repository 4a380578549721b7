"""``netsnap collect`` against real nodes: what it costs them, and what goes wrong."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

ALL_READ, SOME_NOT_READ, TROUBLE, INTERRUPTED = 0, 1, 2, 130
ROOT = Path(__file__).parents[2]
FILES = """find / -xdev \\( \
  -path /proc -o -path /tmp -o -path /sys -o -path {tests} -o -path {checkout} \\) -prune \
  -o -printf '%p %s %T@ %C@ %i\\n' 2>/dev/null || :
find /run /etc /var/log /dev/shm {node} -xdev -printf '%p %s %T@ %C@ %i\\n' 2>/dev/null || :"""
NAMESPACES = "ls -1iL /proc/[0-9]*/ns/net 2>/dev/null | awk '{print $1}' | sort -u; ls /run/netns"
DAEMONS_OWN = re.compile(
    r".*\.log |.*/docker/|/run/docker|/run/utmp |/run/sshd|/var/lib/containerd|/dev/(pts|null|ptmx)"
    r"|/var/lib/containers/storage/\S*\.lock "
)
"""What dockerd and sshd write while they answer, not the questions, and the locks that podman takes
where it has been used: it has no daemon. (/tmp is not listed: a lab node shares it with this
machine. The collector's tests run the script with a /tmp it cannot write to.)
"""


def _sessions(lab: Lab) -> dict[str, tuple[int, int]]:
    """Count connections and channels in each node's sshd log."""
    found = {}
    for node in lab.nodes:
        log = (lab.run_dir / node / "sshd.log").read_text()
        found[node] = (log.count("Accepted publickey"), log.count("Starting session"))
    return found


def _log(tool: Tool) -> str:
    return tool.run("log", "--format", "json").stdout


def test_a_sweep_is_one_connection_and_one_channel_a_node(healthy_lab: Lab, tool: Tool) -> None:
    before = _sessions(healthy_lab)
    assert tool.run("collect").returncode == ALL_READ
    after = _sessions(healthy_lab)
    assert {
        node: (after[node][0] - before[node][0], after[node][1] - before[node][1]) for node in after
    } == dict.fromkeys(healthy_lab.nodes, (1, 1))


@pytest.mark.alone  # what else writes on this machine meanwhile is not the sweep's
def test_a_sweep_writes_nothing_on_a_node(healthy_lab: Lab, tool: Tool) -> None:
    node = healthy_lab.run_dir / "k8s2"
    script = FILES.format(tests=tool.folder.parents[1], checkout=ROOT, node=node)

    def files() -> set[str]:
        found = healthy_lab.run("k8s2", script).splitlines()
        assert len(found) > 1000
        return {line for line in found if not DAEMONS_OWN.match(line)}

    tool.run("collect", "--node", "k8s2")  # programs are read once: access is not what is asked
    before, namespaces = files(), healthy_lab.run("k8s2", NAMESPACES)
    assert tool.run("collect", "--node", "k8s2").returncode == ALL_READ
    assert sorted(files() ^ before) == []
    assert healthy_lab.run("k8s2", NAMESPACES) == namespaces


def test_no_secret_of_a_container_reaches_the_disk(healthy_lab: Lab, tool: Tool) -> None:
    assert tool.run("collect", "--label", "t1").returncode == ALL_READ
    assert tool.run("export", "t1", "-o", "bundle.zip").returncode == 0
    assert tool.run("import", "bundle.zip", "--db", "other.db").returncode == 0
    raw = tool.run("raw", "t1", "k8s2", "docker inspect").stdout
    assert "DB_PASSWORD=masked:" in raw
    for file in (p for p in tool.folder.rglob("*") if p.is_file()):
        content = file.read_bytes()
        for secret in healthy_lab.secrets:
            assert secret.encode() not in content, f"{secret} in {file.name}"
    everything = "".join(
        tool.run("raw", "t1", node, command).stdout
        for node in healthy_lab.nodes
        for command in ("docker inspect", "docker ps")
    )
    assert not any(secret in everything for secret in healthy_lab.secrets)


def test_a_node_that_is_off_costs_only_itself(healthy_lab: Lab, tool: Tool) -> None:
    assert tool.run("collect", "--label", "t1").returncode == ALL_READ
    healthy_lab.power_off("k8s3")
    started = time.monotonic()
    done = tool.run("collect", "--label", "t2", "--connect-limit", "2", "--node-limit", "20")
    assert time.monotonic() - started < 20
    assert done.returncode == SOME_NOT_READ
    assert re.search(r"^k8s3 +unreachable", done.stdout, re.MULTILINE)
    told = tool.diff("t1", "t2")
    assert told["t2"]["nodes"] == {"k8s1": "reached", "k8s2": "reached", "k8s3": "unreachable"}
    assert not [change for change in told["changes"] if change["node"] == "k8s3"]
    assert [spot for spot in told["blind"] if spot["node"] == "k8s3" and spot["when"] == "t2"]
    assert {tuple(pair["target"] for pair in told["pairs"]["gone"])} == {()}


def test_a_changed_host_key_is_refused_until_the_user_says_so(healthy_lab: Lab, tool: Tool) -> None:
    known = healthy_lab.inventory_toml(tool.folder / "netsnap.toml").parent / "known_hosts"
    lines = known.read_text().splitlines()
    other = next(line.split()[-1] for line in lines if not line.startswith(lines[0].split()[0]))
    known.write_text("\n".join([" ".join([*lines[0].split()[:-1], other]), *lines[1:]]) + "\n")
    done = tool.run("collect")
    assert done.returncode == SOME_NOT_READ
    assert "host key changed" in done.stdout
    assert "known_hosts" in done.stdout
    assert tool.run("collect", "--accept-changed-hosts").returncode == ALL_READ
    assert other in known.read_text()


def test_an_unknown_host_is_refused_until_the_user_says_so(healthy_lab: Lab, tool: Tool) -> None:
    del healthy_lab
    (tool.folder / "known_hosts").write_text("")
    done = tool.run("collect")
    assert (done.returncode, done.stdout.count("host key unknown")) == (SOME_NOT_READ, 3)
    assert tool.run("collect", "--accept-unknown-hosts").returncode == ALL_READ


def test_a_wrong_key_is_a_sentence_and_an_outcome(healthy_lab: Lab, tool: Tool) -> None:
    del healthy_lab
    key = tool.folder / "other_key"
    subprocess.run(["ssh-keygen", "-qt", "ed25519", "-N", "", "-f", str(key)], check=True)
    inventory = tool.folder / "netsnap.toml"
    inventory.write_text(re.sub(r'key = ".*"', f'key = "{key}"', inventory.read_text()))
    done = tool.run("collect")
    assert done.returncode == SOME_NOT_READ
    assert len(re.findall(r"^k8s\d +login refused", done.stdout, re.MULTILINE)) == 3
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("how", "status"), [(signal.SIGINT, INTERRUPTED), (signal.SIGKILL, -signal.SIGKILL)]
)
def test_an_end_in_the_middle_leaves_the_history_as_it_was(
    healthy_lab: Lab, tool: Tool, how: signal.Signals, status: int
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == ALL_READ
    before = _log(tool)
    healthy_lab.run("k8s2", "kill -STOP $(pidof dockerd)")
    try:
        process = tool.start("collect", "--label", "t2")
        time.sleep(2.5)
        process.send_signal(how)
        _, err = process.communicate(timeout=20)
    finally:
        healthy_lab.run("k8s2", "kill -CONT $(pidof dockerd)")
    assert process.returncode == status
    if how is signal.SIGINT:
        assert err.splitlines() == ["nothing was saved", "netsnap: interrupted"]
    assert _log(tool) == before
    assert tool.run("verify").returncode == 0
    assert tool.run("collect", "--label", "t2").returncode == ALL_READ


def test_a_hanging_docker_costs_its_own_answers_only(healthy_lab: Lab, tool: Tool) -> None:
    healthy_lab.run("k8s2", "kill -STOP $(pidof dockerd)")
    try:
        done = tool.run("collect", "--node", "k8s2", "--label", "t1")
    finally:
        healthy_lab.run("k8s2", "kill -CONT $(pidof dockerd)")
    assert done.returncode == ALL_READ
    assert "timed out (docker-inspect, docker-ps)" in done.stdout
    assert "default via 172.16.0.254" in tool.run("raw", "t1", "k8s2", "ip route").stdout
    assert tool.run("raw", "t1", "k8s2", "docker ps").returncode == 1


def test_a_full_disk_is_a_sentence_and_the_history_as_it_was(healthy_lab: Lab, tool: Tool) -> None:
    del healthy_lab
    disk = tool.folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)], check=True)
    try:
        place = str(disk / "history.db")
        assert tool.run("collect", "--db", place, "--label", "t1").returncode == ALL_READ
        before = tool.run("log", "--db", place, "--format", "json").stdout
        room = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        (disk / "filler").write_bytes(bytes(max(0, room - 8192)))
        done = tool.run("collect", "--db", place, "--label", "t2")
        assert done.returncode == TROUBLE
        assert "Traceback" not in done.stderr
        assert re.search(r"netsnap: .*(full|no space)", done.stderr, re.IGNORECASE), done.stderr
        (disk / "filler").unlink()
        assert tool.run("log", "--db", place, "--format", "json").stdout == before
        with closing(sqlite3.connect(place)) as database:
            assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_local_sees_what_ssh_sees(healthy_lab: Lab, tool: Tool) -> None:
    """``--local`` asks netlink; on a lab node it must find the routes that ``ip`` shows."""
    done = tool.run("collect", "--local", "--label", "here")
    assert done.returncode == ALL_READ, done.stdout + done.stderr
    shown = json.loads(tool.run("show", "here", "--format", "json").stdout)
    kinds = {
        record["kind"]
        for node in shown["nodes"]
        for answer in node["answers"]
        for record in answer["records"]
    }
    assert {"interface", "address", "route", "rule"} <= kinds
    del healthy_lab


def test_a_bundle_gives_the_same_diff_elsewhere(
    healthy_lab: Lab, tool: Tool, tmp_path: Path
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == ALL_READ
    healthy_lab.run("k8s2", "ip route del 192.168.167.84/32")
    assert tool.run("collect", "--label", "t2").returncode == ALL_READ
    here = tool.diff("t1", "t2", "--pairs")
    assert here["pairs"]["lost"]
    assert tool.run("export", "t1", "t2", "-o", "incident.zip").returncode == 0
    other = Tool(tmp_path / "elsewhere")
    other.folder.mkdir()
    imported = other.run("import", str(tool.folder / "incident.zip"))
    assert imported.returncode == 0, imported.stderr
    assert other.diff("t1", "t2", "--pairs") == here
