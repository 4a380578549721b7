"""How containers get their interfaces."""

import re

from collector.probe import Probe, Where
from parsers.cni import read_cni
from parsers.entry import Entry
from parsers.records import CniConfiguration

# Only what a runtime reads there: beside it lie credentials (calico-kubeconfig).
_ASK = r"""ls -d /etc/cni/net.d >/dev/null && cd /etc/cni/net.d && ls . >/dev/null || exit
set --
for each in *.conf *.conflist *.json; do [ ! -e "$each" ] || set -- "$@" "$each"; done
failed=0
for each do
  printf '==> %s <==\n' "$each"
  cat "$each" || failed=$?
  echo
done
exit $failed"""

_NO_DIRECTORY = re.compile(r"ls: .*/etc/cni/net\.d'?: No such file or directory")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("cni", _ASK, Where.NODE, shown="tail -n +1 /etc/cni/net.d/*"),
        read_cni,
        (CniConfiguration,),
        re.compile(r"(?:sudo )?(?:tail -n \+1|head -v -n -0) /etc/cni/net\.d/.*"),
        quiet=True,
        lacking=_NO_DIRECTORY,
    ),
)
