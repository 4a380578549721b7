"""What a person wants to be told of a pod's cause beside the changed line itself."""

from collector.capture import HOST
from netsnap.explain.events import CONTAINER, Event, World
from parsers.records import Container, Interface, Sysctl
from parsers.roles import Record

_PER_DEVICE = 5  # net.ipv4.conf.DEVICE.NAME


def left_unwired(event: Event, world: World) -> str:
    """Say that a container's namespace has no interface any more, "" where it has, or none had."""
    if event.what != CONTAINER or not world.after.sees(event.node, event.subject, Interface.kind):
        return ""
    was, now = (
        {
            fact.record.name
            for fact in facts.places.get((event.node, event.subject), {}).get(Interface.kind, ())
            if isinstance(fact.record, Interface) and fact.record.link_type in ("", "ether")
        }
        - {"lo"}
        for facts in (world.before, world.after)
    )
    gone = " and ".join(sorted(was))
    return f", and its network namespace is without {gone} since" if was and not now else ""


def still_there(node: str, pod: str, world: World) -> str:
    """Say what the later snapshot shows of the pod of a veth that was deleted, "" for nothing."""
    if any(
        isinstance(record := fact.record, Container)
        and fact.key.node == node
        and pod in (record.workload, record.name)
        and record.status == "running"
        for fact in world.after.of_kind(Container.kind)
    ):
        return "; its container still runs"
    is_listed = (node, pod) in {(at, name) for (at, _), name in world.after.netns.items()}
    return "; its network namespace is still there" if is_listed else ""


def whose_switch(record: Record, event: Event, world: World) -> str:
    """Say whose veth a kernel switch is about, "" for any other switch."""
    parts = record.name.split(".") if isinstance(record, Sysctl) else []
    if len(parts) != _PER_DEVICE or event.netns != HOST:
        return ""
    pod = world.pod_of.get((event.node, parts[3].replace("/", ".")))
    return f" (the veth of {pod})" if pod else ""
