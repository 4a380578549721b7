"""What happens in a pod's namespace ← its container, or the host's end of its veth pair."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.events import CONTAINER, INTERFACE, Event, EventId
from netsnap.explain.links.happened import APART, Happened
from netsnap.explain.links.veth import by_the_far_end


def by_its_pod(event: Event, happened: Happened) -> Iterator[EventId]:
    """Inside: ← container or host veth. The host veth of a container that is new: ← container.

    So does the namespace that a sandbox made anew has apart from its application.
    """
    if event.netns != HOST:
        if (event.node, event.netns) in happened.remade:
            yield CONTAINER, event.node, HOST, event.netns
        for device in happened.veths.get((event.node, event.netns), ()):
            yield from _host_veth(event.node, device, happened)
    elif event.what == INTERFACE:
        pod = happened.world.pod_of.get((event.node, event.subject))
        if pod is not None and (
            (event.node, pod) in happened.remade or _moved(event, pod, happened)
        ):
            yield CONTAINER, event.node, HOST, pod
    elif event.what == CONTAINER and APART in event.subject:
        yield CONTAINER, event.node, HOST, event.subject.partition(APART)[0]


def _moved(event: Event, pod: str, happened: Happened) -> bool:
    """Say whether the container at the other end was put on or off a network of its runtime."""
    container = happened.events.get((CONTAINER, event.node, HOST, pod))
    changes = container.changes if container is not None else ()
    return any(field.name == "addresses" for each in changes for field in each.fields)


def _host_veth(node: str, device: str, happened: Happened) -> Iterator[EventId]:
    """Yield the host's end if it went, and not because the pod's end was set down."""
    for id_ in happened.lost_interface(node, HOST, device):
        if not any(by_the_far_end(happened.events[id_], happened)):
            yield id_
