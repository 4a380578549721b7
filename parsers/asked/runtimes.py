"""Containers."""

import re

from collector.probe import Probe, Where
from parsers.docker import read_inspect, read_ps
from parsers.entry import SUDO, Entry, Profile, whole_lines
from parsers.records import Container, ContainerSummary

_VANISHED_CONTAINER = whole_lines(
    r"Error(?: response from daemon)?: No such (?:container|object): \w+"
)
_RUNTIME = SUDO + r"(?:docker|podman|nerdctl)(?: -\S+)*"

# A container that ends between the two commands is no failure; a docker that fails is one, and
# must not look like a node without containers.
_INSPECT_ALL = """\
ids=$(docker ps -aq --no-trunc) || exit $?
[ -z "$ids" ] || docker inspect --type container $ids"""

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("docker-ps", "docker ps -a --no-trunc", Where.NODE, needs="docker", limit=20),
        read_ps,
        (ContainerSummary,),
        re.compile(_RUNTIME + r" (?:ps|container (?:ls|list))(?: .*)?"),
        Profile.QUICK,
    ),
    Entry(
        Probe(
            "docker-inspect",
            _INSPECT_ALL,
            Where.NODE,
            needs="docker",
            limit=30,
            shown="docker inspect --type container $(docker ps -aq --no-trunc)",
        ),
        read_inspect,
        (Container,),
        re.compile(_RUNTIME + r"(?: container)? inspect(?: .*)?"),
        Profile.QUICK,
        harmless=_VANISHED_CONTAINER,
    ),
)
