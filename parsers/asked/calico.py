"""Calico."""

import re

from collector.probe import Probe, Where
from parsers.calico import NO_SUCH_COMMAND, read_node_status, read_setting
from parsers.calicoget import read_objects
from parsers.calicotables import read_ipam, read_version
from parsers.entry import SUDO, Entry, Profile
from parsers.records import (
    CalicoKind,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    CalicoSetting,
    CalicoVersion,
    IpamBlock,
)

CALICOCTL = SUDO + r"(?:\S*/)?(?:calicoctl|kubectl[ -]calico)(?: --allow-version-mismatch)?"
"""How people call it; the plugin of kubectl is the same program."""

# All kinds are listed in one question, each between a line that names it and one with its exit
# status; what stderr said stands before that. YAML takes these lines for comments. A calicoctl
# that is not of the cluster's version refuses unless it is told not to mind. It fails, as a
# whole, only if no kind could be listed: what each failure hides is told by the reader.
_GET = """\
exec 3>&1
more= answered=
ask() {
  status=0
  said=$(calicoctl get "$@" -o yaml $more 2>&1 >&3 3>&-) || status=$?
}
get() {
  echo "--- # calicoctl get $* -o yaml"
  ask "$@"
  case $status:$more:$said in
    [1-9]*::*"ersion mismatch"*) more=--allow-version-mismatch; ask "$@" ;;
  esac
  [ -z "$said" ] || printf '%s\\n' "$said" | sed 's/^/# said: /'
  echo "# exit $status"
  [ $status != 0 ] || answered=1
}
{kinds}
[ -n "$answered" ]"""

# Cluster-wide: every node lists the same.
_INTENT = """\
for kind in node ippool bgpconfiguration bgppeer bgpfilter felixconfiguration blockaffinity; do
  get $kind
done"""

# Every node's calicoctl lists the endpoints of all nodes: a node passes on its own, so that a
# cluster's pods are not told as often as it has nodes. Its name is the one that calico/node wrote;
# without it, all that is known is that they could not be told apart.
_OWN = r"""
own() {
  if ! name=$(cat /var/lib/calico/nodename 2>&1) || ! command -v awk >/dev/null; then
    echo "--- # calicoctl get workloadendpoint"
    printf '# said: %s\n# exit 1\n' "cannot tell this node's endpoints: $name"
    return
  fi
  get workloadendpoint --all-namespaces 3>&1 | awk -v own="$name" '
    function pass(  i) {
      for (i = 1; is_own && i <= count; i++) print held[i]
      others += count && !is_own
      count = is_own = 0
    }
    /^- / { pass(); held[count = 1] = $0; next }
    /^[^ ]/ { pass() }
    /^# exit / && others { print "# said: left out " others " of other nodes" }
    !count { print; next }
    { held[++count] = $0 }
    $0 == "    node: " own || $0 == "    node: \"" own "\"" { is_own = 1 }
    END { pass() }'
}
"""

# calicoctl v1 and v2 know no namespaces, and "policy" is another kind to them.
_REST = (
    _OWN
    + """\
case $(calicoctl get --help 2>&1) in
  *--all-namespaces*)
    own
    for kind in networkpolicy networkset; do get $kind --all-namespaces; done
    for kind in hostendpoint globalnetworkpolicy globalnetworkset ipreservation \\
      kubecontrollersconfiguration ipamconfig; do get $kind; done ;;
  *) for kind in workloadendpoint hostendpoint policy profile; do get $kind; done ;;
esac"""
)

_SHOW_BLOCKS = """\
calicoctl ipam show --show-blocks && exit
calicoctl ipam show --show-blocks --allow-version-mismatch"""

# calicoctl without a datastore of its own or a cluster's configuration serves `node status` alone.
_NO_DATASTORE = r".*no configuration has been provided.*"
_NO_GET = re.compile(
    rf"(?:# said: )?(?:(?:Error: )?(?:unknown command|invalid option|usage)\b.*|{_NO_DATASTORE})",
    re.IGNORECASE,
)
_NOTHING_TO_ASK = re.compile(f"{NO_SUCH_COMMAND.pattern}|{_NO_DATASTORE}", re.IGNORECASE)

_FORMAT = r"(?: (?:-o ?|--output[= ])(?:ya?ml|json|wide|ps))?"
_WITH = r"(?:-n ?|--namespace[= ]|--scope=|--node=|--config=|--context=)\S+"
_SCOPE = rf"(?: (?:-a|-A|--all-namespaces|--export|{_WITH}))*"
_KIND = r"(?: (?P<subject>[A-Za-z]+))"
_TYPED_GET = re.compile(
    rf"{CALICOCTL} get{_FORMAT}{_SCOPE}{_KIND}(?: [\w.-]+)?{_SCOPE}{_FORMAT}{_SCOPE}"
    r"(?: --allow-version-mismatch)?"
    rf"|{CALICOCTL} (?:node )?bgp peer show(?: --ipv[46])?"
    rf"|{SUDO}kubectl(?: -n \S+)? get (?:\w+\.(?:crd\.)?projectcalico\.org|caliconodestatus)"
    rf"(?: [\w.-]+)?{_SCOPE} (?:-o ?|--output[= ])(?:yaml|json){_SCOPE}"
)


_OLD_SETTINGS = {
    "asNumber": (r"calicoctl bgp default-node-as",),
    "nodeToNodeMesh": (r"calicoctl bgp node-mesh",),
}
"""The same questions to the first calicoctl, written in Python."""


def _setting(name: str) -> Entry:
    """Ask for one setting of Calico v1 and v2."""
    options = r"(?: --(?:raw|node|config)[= ]\S+)*"
    typed = [
        rf"calicoctl config{options} get{options} {name}{options}",
        *_OLD_SETTINGS.get(name, ()),
    ]
    return Entry(
        Probe(
            f"calicoctl-config-{name}",
            f"calicoctl config get {name}",
            Where.NODE,
            needs="calicoctl",
        ),
        read_setting,
        (CalicoSetting,),
        re.compile(f"{SUDO}(?:{'|'.join(typed)})", re.IGNORECASE),
        Profile.QUICK,
        lacking=NO_SUCH_COMMAND,
    )


def _get(name: str, kinds: str, profile: Profile, shown: str) -> Entry:
    """Ask for the objects of several kinds."""
    return Entry(
        Probe(
            name,
            _GET.replace("{kinds}", kinds),
            Where.NODE,
            needs="calicoctl",
            limit=20,
            shown=f"calicoctl get {shown} -o yaml",
        ),
        read_objects,
        (CalicoKind, CalicoResource),
        _TYPED_GET,
        profile,
        lacking=_NO_GET,
        never_empty=True,
    )


ENTRIES: tuple[Entry, ...] = (
    Entry(
        # Where Calico does not run, calicoctl says so on stderr; that sentence is an answer.
        Probe(
            "calicoctl-node-status",
            "calicoctl node status 2>&1",
            Where.NODE,
            needs="calicoctl",
            shown="calicoctl node status",
        ),
        read_node_status,
        (CalicoProcess, CalicoPeer),
        re.compile(CALICOCTL + r"(?: node)? status(?: --allow-version-mismatch)?"),
        Profile.QUICK,
        lacking=NO_SUCH_COMMAND,
        never_empty=True,
    ),
    _setting("asNumber"),
    _setting("nodeToNodeMesh"),
    _setting("logLevel"),
    _setting("ipip"),
    _get("calicoctl-get", _INTENT, Profile.DEFAULT, "node,ippool,…"),
    _get("calicoctl-get-rest", _REST, Profile.FULL, "workloadendpoint,…"),
    Entry(
        Probe("calicoctl-version", "calicoctl version", Where.NODE, needs="calicoctl"),
        read_version,
        (CalicoVersion,),
        re.compile(CALICOCTL + r" version"),
        lacking=_NOTHING_TO_ASK,
    ),
    Entry(
        Probe(
            "calicoctl-ipam-show",
            _SHOW_BLOCKS,
            Where.NODE,
            needs="calicoctl",
            shown="calicoctl ipam show --show-blocks",
        ),
        read_ipam,
        (IpamBlock,),
        re.compile(CALICOCTL + r" ipam show(?: --show-blocks| --allow-version-mismatch)*"),
        Profile.FULL,
        lacking=_NOTHING_TO_ASK,
    ),
)
