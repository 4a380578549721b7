"""Containers."""

import re

from collector.probe import Probe, Where
from parsers.cri import read_cri
from parsers.docker import read_inspect
from parsers.entry import SUDO, Entry, Profile, whole_lines
from parsers.ps import read_ps
from parsers.records import Container, ContainerSummary

_OPTIONS = r"(?: -\S+(?: (?!(?:ps|pods?|inspectp?|container)\b)[^-\s]\S*)?)*"
_VANISHED_CONTAINER = whole_lines(
    r"Error(?: response from daemon)?: No such (?:container|object): \w+"
)
_PODMANS_WARNINGS = whole_lines(
    r"time=\S+ level=warning .*"
    r"|(?:Error: )?(?:inspecting object: )?no such container:? \w+(?:: .*)?"
)
_CRIS_WARNINGS = whole_lines(r'time="[^"]*" level=warning .*|WARN\[\d+\] .*')
_NO_CRI = re.compile(
    r"no socket of a container runtime on the node"
    r"|.*unknown service runtime\.v1(?:alpha2)?\.RuntimeService.*"
)


def _runtime(name: str) -> str:
    return SUDO + f"{name}{_OPTIONS}"


_PS = r" (?:ps|container (?:ls|list|ps))(?: .*)?"
_INSPECT = r"(?: container)? inspect(?: .*)?"

# A container that ends between the two commands is no failure; a docker that fails is one, and
# must not look like a node without containers.
_INSPECT_ALL = """\
ids=$(docker ps -aq --no-trunc) || exit $?
[ -z "$ids" ] || docker inspect --type container $ids"""

# Where root never used podman, it would lay out its store to answer: there are no containers then.
_USED_PODMAN = """\
conf=/etc/containers/storage.conf
root=$(sed -n 's/^ *graphroot *= *"\\(.*\\)".*/\\1/p' $conf 2>/dev/null)
[ -e "${root:-/var/lib/containers/storage}" ] || [ -e /run/libpod ] ||
  { echo "no store of podman's on the node" >&2; exit %s; }
"""
_NO_STORE = r"no store of podman's on the node"
# The pods come first: a container in one that is not told would be called by its own name.
_INSPECT_PODMAN = (
    _USED_PODMAN % 0
    + """\
ids=$(podman ps -aq --no-trunc) || exit $?
[ -n "$ids" ] || exit 0
podman pod ps --no-trunc --format json || exit $?
podman inspect --type container $ids"""
)

# crictl without a configuration tries sockets that are not there, for seconds each.
_FIND_CRI = """\
set --
if [ ! -e /etc/crictl.yaml ] && [ -z "$CONTAINER_RUNTIME_ENDPOINT" ]; then
  for s in /run/crio/crio.sock /run/k3s/containerd/containerd.sock \\
    /run/containerd/containerd.sock /run/cri-dockerd.sock /run/dockershim.sock; do
    [ ! -S $s ] || { set -- -r unix://$s; break; }
  done
  [ $# != 0 ] || { echo "no socket of a container runtime on the node" >&2; exit 1; }
fi
"""
# One that ends between the list and the look makes crictl leave out the rest: then all anew.
_INSPECT_CRI = (
    _FIND_CRI
    + """\
look() {
  pods=$(crictl -t 10s "$@" pods -q --no-trunc) || return
  containers=$(crictl -t 10s "$@" ps -aq --no-trunc) || return
  [ -z "$pods" ] || crictl -t 10s "$@" inspectp $pods || return
  [ -z "$containers" ] || crictl -t 10s "$@" inspect $containers
}
said=$(look "$@") || said=$(look "$@") || said=$(look "$@")
status=$?
[ -z "$said" ] || printf '%s\\n' "$said"
exit $status"""
)

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("docker-ps", "docker ps -a --no-trunc", Where.NODE, needs="docker", limit=20),
        read_ps,
        (ContainerSummary,),
        re.compile(_runtime("docker") + _PS),
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
        re.compile(_runtime("docker") + _INSPECT),
        Profile.QUICK,
        harmless=_VANISHED_CONTAINER,
    ),
    Entry(
        Probe(
            "podman-inspect",
            _INSPECT_PODMAN,
            Where.NODE,
            needs="podman",
            limit=30,
            shown="podman inspect --type container $(podman ps -aq --no-trunc)",
        ),
        read_inspect,
        (Container,),
        re.compile(_runtime("podman") + _INSPECT),
        Profile.QUICK,
        harmless=_PODMANS_WARNINGS,
    ),
    Entry(
        Probe(
            "podman-ps",
            _USED_PODMAN % 1 + "podman ps -a --no-trunc",
            Where.NODE,
            needs="podman",
            limit=20,
            shown="podman ps -a --no-trunc",
        ),
        read_ps,
        (ContainerSummary,),
        re.compile(_runtime("podman") + _PS),
        harmless=_PODMANS_WARNINGS,
        lacking=re.compile(_NO_STORE),
    ),
    Entry(
        Probe(
            "crictl-inspect",
            _INSPECT_CRI,
            Where.NODE,
            needs="crictl",
            limit=30,
            shown="crictl inspectp $(crictl pods -q); crictl inspect $(crictl ps -aq)",
        ),
        read_cri,
        (Container,),
        re.compile(_runtime("crictl") + r" inspectp?(?: .*)?"),
        Profile.QUICK,
        harmless=_CRIS_WARNINGS,
        lacking=_NO_CRI,
    ),
    Entry(
        Probe(
            "crictl-ps",
            _FIND_CRI + 'crictl -t 10s "$@" ps -a --no-trunc',
            Where.NODE,
            needs="crictl",
            limit=20,
            shown="crictl ps -a --no-trunc",
        ),
        read_ps,
        (ContainerSummary,),
        re.compile(_runtime("crictl") + r" ps(?: .*)?"),
        harmless=_CRIS_WARNINGS,
        lacking=_NO_CRI,
    ),
    Entry(
        Probe(
            "crictl-pods",
            _FIND_CRI + 'crictl -t 10s "$@" pods --no-trunc',
            Where.NODE,
            needs="crictl",
            limit=20,
            shown="crictl pods --no-trunc",
        ),
        read_ps,
        (ContainerSummary,),
        re.compile(_runtime("crictl") + r" pods?(?: .*)?"),
        harmless=_CRIS_WARNINGS,
        lacking=_NO_CRI,
    ),
    Entry(
        Probe("nerdctl-ps", "", Where.NODE, shown="nerdctl ps -a --no-trunc"),
        read_ps,
        (ContainerSummary,),
        re.compile(_runtime("nerdctl") + _PS),
    ),
    Entry(
        Probe("nerdctl-inspect", "", Where.NODE, shown="nerdctl inspect"),
        read_inspect,
        (Container,),
        re.compile(_runtime("nerdctl") + _INSPECT),
    ),
)
