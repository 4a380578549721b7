"""What daemons and the kernel's log tell of a fault."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from parsers.records import Container, Daemon, KernelLog, KernelMessage, NodeIdentity
from tests.explain.test_explain import session_down, told, with_bgp
from tests.model.cluster import World, cluster

HOST3 = ("k8s3", HOST)
BIRD = Daemon("bird", state="running", args="bird -R", pid=7, start_ticks=100)


def fall(world: World) -> None:
    for other in ("k8s1", "k8s2"):
        session_down(world, "k8s3", other)
        session_down(world, other, "k8s3")


def lab(bird: Daemon | None = BIRD) -> World:
    world = with_bgp(cluster())
    if bird is not None:
        world[HOST3].append(bird)
    return world


@pytest.mark.parametrize(
    ("bird", "said"),
    [(replace(BIRD, state="stopped"), "running → stopped"), (None, "lost the process bird")],
)
def test_a_bird_that_stopped_is_why_its_sessions_fell(bird: Daemon | None, said: str) -> None:
    after = lab(bird)
    fall(after)
    # that no other daemon came in its place is known only where daemons were listed
    before = lab()
    for world in (before, after):
        world[HOST3].append(Daemon("dockerd", state="running"))
    story = told(before, after)
    assert [cause.what for cause in story.causes] == ["daemon"]
    assert said in story.causes[0].sentence


def test_a_daemon_that_has_no_part_in_bgp_is_not_blamed() -> None:
    before, after = lab(), lab()
    fall(after)
    docker = Daemon("dockerd", state="running")
    before[HOST3].append(docker)
    after[HOST3].append(replace(docker, state="stopped"))
    assert "daemon" not in [cause.what for cause in told(before, after).causes]


def test_a_daemon_that_was_started_anew_is_a_witness() -> None:
    again = replace(BIRD, pid=9, start_ticks=900, started="2026-01-02T12:01:00Z")
    story = told(lab(), lab(again))
    assert story.causes == ()
    assert story.witnesses == ("bird on k8s3 was started anew at 2026-01-02T12:01:00Z (pid 7 → 9)",)


def test_a_restart_that_changed_a_state_too_is_a_witness_all_the_same() -> None:
    was = Container(
        "c", status="running", health="healthy", pid=7, started_at="2026-01-02T11:00:00Z"
    )
    again = replace(was, health="starting", pid=9, started_at="2026-01-02T12:01:00Z")
    other_args = replace(BIRD, pid=9, start_ticks=900, args="bird -d", started=again.started_at)
    before, after = lab(), lab(other_args)
    before[HOST3].append(was)
    after[HOST3].append(again)
    assert sorted(told(before, after).witnesses) == [
        "bird on k8s3 was started anew at 2026-01-02T12:01:00Z (pid 7 → 9)",
        "c on k8s3 was restarted at 2026-01-02T12:01:00Z (pid 7 → 9)",
    ]
    stopped = replace(was, status="exited", pid=None)
    after[HOST3][-1] = stopped
    assert [each for each in told(before, after).witnesses if "restarted" in each] == []


def test_what_the_kernel_said_in_between_is_a_witness_and_what_it_said_before_is_none() -> None:
    old = KernelMessage("link-up", "eth0", 1, "2025-12-31T00:00:00Z", "2025-12-31T00:00:00Z", "up")
    new = replace(old, subject="conntrack-full", count=3, last="2030-01-01T00:00:00Z", text="full")
    before, after = lab(), lab()
    before[HOST3].append(KernelLog(messages=(old,)))
    after[HOST3].append(KernelLog(messages=(old, new)))
    story = told(before, after)
    assert story.causes == ()
    assert story.witnesses == (
        "the kernel of k8s3 said at 2030-01-01T00:00:00Z: full, 3 times by now",
    )


def test_a_reboot_is_told_though_the_kernel_changed_too_and_its_daemons_are_not() -> None:
    before, after = lab(), lab(replace(BIRD, pid=9, start_ticks=90))
    for world, kernel in ((before, "6.1.0"), (after, "6.12.0")):
        world[HOST3].append(NodeIdentity("k8s3", kernel, boot_id=kernel))
    assert told(before, after).witnesses == ("k8s3 was rebooted (new boot id)",)
