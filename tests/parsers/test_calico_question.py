"""The question for Calico's objects, asked of calicoctls that scripts play, in every shell."""

import subprocess
from pathlib import Path

import pytest

from parsers import catalogue
from parsers.records import CalicoKind, CalicoResource
from tests.parsers.test_calico import answer


def asked(shell: str, probe: str, program: Path, nodename: Path | None = None) -> tuple[int, str]:
    """Ask a question of a calicoctl that a script plays; return the exit status and stdout."""
    program.chmod(0o755)
    command = catalogue.entry(probe).probe.command
    if nodename is not None:
        command = command.replace("/var/lib/calico/nodename", str(nodename))
    done = subprocess.run(
        [*shell.split(), "-c", command],
        env={"PATH": f"{program.parent}:/usr/bin:/bin"},
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


in_every_shell = pytest.mark.parametrize(
    "shell",
    [
        pytest.param(s, marks=pytest.mark.needs(s.split()[0]))
        for s in ("dash", "bash", "busybox sh")
    ],
)

CALICOCTL = """\
#!/bin/sh
# Plays a calicoctl that is not of the cluster's version, knows two kinds, and warns.
case "$*" in
*--allow-version-mismatch*) ;;
*) printf 'Version mismatch.\\nClient Version: v1\\n' >&2; exit 1 ;;
esac
case "$2" in
node) echo "warning: old" >&2; printf 'items: []\\nkind: NodeList\\n' ;;
ippool) echo "Failed to get resources: forbidden" >&2; exit 2 ;;
*) echo "Failed to execute command: resource type '$2' is not supported" >&2; exit 1 ;;
esac
"""


@in_every_shell
def test_the_question_takes_a_calicoctl_as_it_is(shell: str, tmp_path: Path) -> None:
    program = tmp_path / "calicoctl"
    program.write_text(CALICOCTL)
    status, said = asked(shell, "calicoctl-get", program)
    assert status == 0
    reading = answer(said)
    kinds = {each.resource: each.answer for each in reading.records if isinstance(each, CalicoKind)}
    assert kinds.pop("Node") == "listed"
    assert "IPPool" not in kinds
    assert set(kinds.values()) == {"unknown to this calicoctl"}
    assert reading.blind == (
        "calicoctl get ippool: exit status 2: Failed to get resources: forbidden"
    )


ENDPOINTS = """\
#!/bin/sh
# Plays a calicoctl with three endpoints on two nodes.
case "$*" in
"get --help") echo "Usage: calicoctl get [--all-namespaces]" ;;
"get workloadendpoint --all-namespaces -o yaml")
  echo "apiVersion: projectcalico.org/v3"
  echo "items:"
  for each in a:k8s1 b:10 c:k8s2; do
    printf -- '- apiVersion: projectcalico.org/v3\\n  kind: WorkloadEndpoint\\n  metadata:\\n'
    printf '    labels:\\n      node: k8s1\\n    name: %s\\n  spec:\\n' "${each%:*}"
    case $each in *:10) echo '    node: "10"' ;; *) echo "    node: ${each#*:}" ;; esac
    echo "    pod: x"
  done
  echo "kind: WorkloadEndpointList" ;;
*) printf 'items: []\\nkind: List\\n' ;;
esac
"""


@in_every_shell
@pytest.mark.parametrize(
    ("name", "own"), [("k8s1\n", ["a"]), ("k8s2", ["c"]), ("10", ["b"]), ("k8s3", [])]
)
def test_a_node_tells_of_its_own_endpoints(
    shell: str, name: str, own: list[str], tmp_path: Path
) -> None:
    program, nodename = tmp_path / "calicoctl", tmp_path / "nodename"
    program.write_text(ENDPOINTS)
    nodename.write_text(name)
    status, said = asked(shell, "calicoctl-get-rest", program, nodename)
    reading = answer(said)
    assert (status, reading.blind, reading.ledger.unknown) == (0, "", ())
    assert [each.name for each in reading.records if isinstance(each, CalicoResource)] == own
    assert CalicoKind("WorkloadEndpoint", "listed") in reading.records
    assert f"# said: left out {3 - len(own)} of other nodes" in said


def test_without_its_name_a_node_cannot_tell_its_endpoints(tmp_path: Path) -> None:
    program = tmp_path / "calicoctl"
    program.write_text(ENDPOINTS)
    _, said = asked("sh", "calicoctl-get-rest", program, tmp_path / "none")
    reading = answer(said)
    assert reading.blind.startswith(
        "calicoctl get workloadendpoint: exit status 1: cannot tell this node's endpoints: cat:"
    )
    assert CalicoKind("NetworkPolicy", "listed") in reading.records
