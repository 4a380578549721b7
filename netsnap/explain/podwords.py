"""What a person wants to be told of a pod's cause beside the changed line itself."""

from collector.capture import HOST
from netsnap.explain.events import CONTAINER, Event, World
from parsers.records import Interface, Sysctl
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


def whose_switch(record: Record, event: Event, world: World) -> str:
    """Say whose veth a kernel switch is about, "" for any other switch."""
    parts = record.name.split(".") if isinstance(record, Sysctl) else []
    if len(parts) != _PER_DEVICE or event.netns != HOST:
        return ""
    pod = world.pod_of.get((event.node, parts[3].replace("/", ".")))
    return f" (the veth of {pod})" if pod else ""
