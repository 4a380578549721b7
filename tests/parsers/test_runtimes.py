"""podman and crictl: what they say of a pod's past, of what went meanwhile, and of nothing."""

import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.assemble import assemble
from parsers.cri import read_cri
from parsers.docker import read_inspect
from parsers.ps import read_ps
from parsers.read import read, read_text
from parsers.records import Container, ContainerSummary
from parsers.text import Text
from tests.golden import SAMPLES
from tests.parsers.make_runtime_samples import said_in
from tests.parsers.test_workloads import snapshot_of_readings

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="runs containers: needs root")
CRI = sorted((SAMPLES / "crictl-inspect").glob("*.txt"))
SANDBOX = "5d0ea489725104cc45d8287bd269446bc0fd5a0e10a41fbd719b3892c3ad14b7"


def _sandbox(**status: Any) -> dict[str, Any]:
    names = {"namespace": "shop", "name": "web-1", "uid": "u", "attempt": 0}
    whole = {"id": SANDBOX, "metadata": names, "state": "SANDBOX_READY", "createdAt": "2026-11-23"}
    return {"status": whole | status, "info": {"pid": 300}}


def _container(name: str = "app", attempt: int = 0, **status: Any) -> dict[str, Any]:
    own = {"id": f"{attempt}{name}", "metadata": {"name": name, "attempt": attempt}}
    whole = {**own, "state": "CONTAINER_RUNNING", "createdAt": f"2026-11-23T0{attempt}"}
    return {"status": whole | status, "info": {"pid": 301 + attempt, "sandboxID": SANDBOX}}


def _told(*objects: dict[str, Any]) -> list[Container]:
    reading = read_cri(Text("\n".join(json.dumps(each, indent=2) for each in objects)))
    assert reading.blind == ""
    assert reading.ledger.unknown == ()
    return [each for each in reading.records if isinstance(each, Container)]


def _capture(probe: str, status: int, out: bytes = b"", err: bytes = b"") -> Capture:
    return Capture("k8s2", Question(probe), "", Outcome.ANSWERED, status, out, err)


@pytest.mark.parametrize("sample", CRI, ids=lambda path: path.stem)
def test_a_list_and_one_document_after_the_other_are_read_alike(sample: Path) -> None:
    found = read_text("crictl-inspect", sample.read_bytes()).records
    listed = {each.name: each for each in found if isinstance(each, Container)}
    assert listed.keys() == {
        "kube-system/kube-proxy",
        "kube-system/kube-proxy/kube-proxy",
        "shop/db-0",
        "shop/web-1",
        "shop/web-1/late",
        "shop/web-1/nginx",
    }
    assert listed["shop/web-1"].sandbox_key.startswith("/var/run/netns/")
    assert listed["kube-system/kube-proxy"].network_mode == "host"
    assert listed["shop/db-0"].restart_count == 1  # the sandbox before it is its past
    assert listed["shop/web-1/nginx"].status == "running"
    names = {each.partition("=")[0] for each in listed["shop/web-1/nginx"].env}
    assert names >= {"DB_PASSWORD", "PLAIN_SETTING"}


def test_a_container_that_was_made_anew_is_one_and_its_past_is_known() -> None:
    dead = _container(attempt=0, state="CONTAINER_EXITED", exitCode=3)
    _, now = _told(_sandbox(), _container(attempt=1), dead)
    assert (now.name, now.status, now.restart_count) == ("shop/web-1/app", "running", 1)
    again = _container(attempt=1, state="CONTAINER_EXITED", reason="OOMKilled", exitCode=137)
    _, last = _told(_sandbox(), dead, again)
    assert (last.restart_count, last.exit_code, last.oom_killed) == (1, 137, True)


def test_two_that_run_under_one_name_are_both_told() -> None:
    assert len(_told(_sandbox(), _container(attempt=0), _container(attempt=1))) == 3


def test_a_containers_pod_is_its_sandboxs_or_its_labels() -> None:
    labels = {"io.kubernetes.pod.namespace": "a", "io.kubernetes.pod.name": "b"}
    assert _told(_sandbox(), _container(labels=labels))[1].workload == "shop/web-1"
    assert _told(_container(labels=labels))[0].workload == "a/b"
    (alone,) = _told(_container())
    assert (alone.name, alone.workload, alone.role) == ("app", "app", "")


def test_a_state_that_nobody_knows_is_refused() -> None:
    text = json.dumps([_sandbox(), _container(state="CONTAINER_DANCING")], indent=2)
    reading = read_cri(Text(text))
    assert "no container and no sandbox" in reading.blind
    assert [each.name for each in reading.records if isinstance(each, Container)] == ["shop/web-1"]
    assert reading.ledger.unknown


@given(st.integers(min_value=0, max_value=90_000))
def test_an_answer_that_was_cut_anywhere_is_blind(length: int) -> None:
    whole = CRI[-1].read_text("utf-8").rstrip()
    reading = read_cri(Text(whole[: min(length, len(whole) - 1)]))
    assert reading.blind or not whole[:length].strip()
    ledger = reading.ledger
    assert ledger.lines == ledger.parsed + ledger.noise + ledger.unknown_count


def test_a_containerd_without_pods_lacks_them_and_one_that_hangs_does_not() -> None:
    err = (
        b'time="2026-11-23T16:03:42Z" level=fatal msg="validate service connection: validate CRI v1'
        b" runtime API for endpoint: rpc error: code = Unimplemented desc = unknown service"
        b' runtime.v1.RuntimeService"\n'
    )
    assert read(_capture("crictl-inspect", 1, err=err)).lacking
    none = b"no socket of a container runtime on the node\n"
    assert read(_capture("crictl-inspect", 1, err=none)).lacking
    hung = b'level=fatal msg="connect: context deadline exceeded"\n'
    reading = read(_capture("crictl-inspect", 1, err=hung))
    assert reading.blind
    assert not reading.lacking


def test_a_container_that_went_meanwhile_is_no_failure_of_podmans() -> None:
    for said in (
        b"Error: no such container 0123456789ab\n",
        b"Error: inspecting object: no such container 0123456789ab\n",
        b'time="2026-11-23T15:51:28Z" level=warning msg="Using cgroups-v1"\n',
        b"Error: no such container: 0123456789ab: no such container\n",
    ):
        assert read(_capture("podman-inspect", 125, b"[]\n", said)).blind == ""
    assert read(_capture("podman-inspect", 125, b"", b"Error: cannot open the store\n")).blind


def test_a_pod_of_podmans_is_called_by_its_name_and_never_by_its_id() -> None:
    sample = (SAMPLES / "podman-inspect" / "5.4.txt").read_bytes()
    found = read_text("podman-inspect", sample).records
    told = {each.name: each for each in found if isinstance(each, Container)}
    assert told["shop-web-infra"].role == "sandbox"
    assert told["app"].workload == told["side"].workload == "shop-web"
    assert told["app"].network_mode == "container:shop-web-infra"
    assert told["web"].workload == "web"


def test_a_pod_whose_name_is_not_told_leaves_its_container_its_own() -> None:
    given_object = {"Id": "a" * 64, "Name": "app", "Pod": "b" * 64, "State": {"Pid": 7}}
    (found,) = read_inspect(Text(json.dumps([given_object]), "podman-inspect")).records
    assert isinstance(found, Container)
    assert (found.workload, found.role, found.runtime) == ("app", "", "podman")


def test_an_empty_cell_is_believed_only_where_all_cells_stand_under_their_heads() -> None:
    head = "CONTAINER ID  IMAGE  COMMAND  CREATED        STATUS       PORTS  NAMES\n"
    aligned = f"{'96fda417b263':<30}{'2 seconds ago':<15}{'Up 2 seconds':<20}a-infra\n"
    (found,) = read_ps(Text(head + aligned, "podman-ps")).records
    assert isinstance(found, ContainerSummary)
    assert (found.image, found.command, found.name) == ("", "", "a-infra")
    assert (
        len(read_ps(Text(head + aligned.replace("  ", "   ", 1), "podman-ps")).ledger.unknown) == 1
    )


TYPED = {
    "docker-ps": ("docker ps", "sudo docker ps -a --no-trunc", "docker container ls"),
    "docker-inspect": ("docker inspect web", "docker -H unix:///x.sock container inspect a b"),
    "podman-ps": ("podman ps -a", "sudo podman container list --pod"),
    "podman-inspect": ("podman inspect web", "podman container inspect web"),
    "nerdctl-ps": ("nerdctl ps", "sudo nerdctl --namespace=k8s.io ps -a", "nerdctl -n k8s.io ps"),
    "nerdctl-inspect": ("nerdctl inspect web", "nerdctl -n k8s.io container inspect x"),
    "crictl-ps": ("crictl ps -a", "sudo crictl -r unix:///run/crio/crio.sock ps"),
    "crictl-pods": ("crictl pods", "crictl pods --namespace shop"),
    "crictl-inspect": ("crictl inspect abc", "sudo crictl inspectp abc"),
}


@pytest.mark.parametrize("probe", TYPED)
def test_a_command_is_known_as_people_type_it(probe: str) -> None:
    for command in TYPED[probe]:
        assert catalogue.find(command).probe.name == probe, command


def test_nothing_is_asked_of_nerdctl() -> None:
    assert not [each for each in catalogue.PROBES if each.name.startswith("nerdctl")]


@needs_root
@pytest.mark.needs("podman")
@pytest.mark.needs("catatonit")
def test_every_namespace_of_a_real_podman_has_its_workloads_name() -> None:
    said = said_in("podman", Path("/"), "small")
    _assert_named(said, "podman-inspect", {"web", "shop-web"})


@needs_root
@pytest.mark.skipif(shutil.which("crictl") is None, reason="no crictl: Debian has no package of it")
@pytest.mark.needs("containerd")
def test_every_namespace_of_a_real_containerd_has_its_workloads_name() -> None:
    said = said_in("cri", Path("/"), "crictl")
    _assert_named(said, "crictl-inspect", {"shop/web-1", "shop/db-0"})


def _assert_named(said: dict[str, bytes], probe: str, names: set[str]) -> None:
    readings = {each: read_text(each, said[each]) for each in ("netns", probe)}
    facts = assemble(snapshot_of_readings(readings))
    others = ("mount:", "net:")  # of the machine that this test runs on
    assert {each for each in facts.netns.values() if not each.startswith(others)} == names | {
        "host"
    }
    hung = replace(readings[probe], records=(), line_numbers=(), blind="timed out after 30 s")
    facts = assemble(snapshot_of_readings(readings | {probe: hung}))
    assert not names & set(facts.netns.values())
    assert not [each for each in facts.netns.values() if "cni-" in each or "netns-" in each]
