"""Packet filters."""

import re

from collector.probe import Probe, Where
from parsers.conntrack import read_conntrack
from parsers.entry import NETNS_EXEC, Entry, Profile, whole_lines
from parsers.filters import read_ruleset
from parsers.ipset import read_ipset
from parsers.iptables import list_reader as list_iptables
from parsers.iptables import reader as iptables
from parsers.records import ConntrackTable, FilterRule, IpSet, IpSetMember, IptablesRule

_IPTABLES_TYPED = r"tables(?:-nft|-legacy)?(?:-save(?: .*)?| (?:.* )?(?:-S|--list-rules)(?: .*)?)"
_LIST_TYPED = r"(?:-nft|-legacy)? (?:.* )?(?:-[nvx46]*L[nvx46]*|--list)(?: .*)?"

# A module of nf_tables that is there and not loaded has no rules, and would be loaded by asking.
_NF_TABLES = """\
nf_tables() {
  [ ! -d /sys/module/nf_tables ] || return 0
  read -r _ _ release _ </proc/version
  for f in /lib/modules/$release/kernel/net/netfilter/nf_tables.ko*; do
    [ ! -e "$f" ] || return 1
  done
}
"""
_NFT = f"{_NF_TABLES}nf_tables || exit 0\nexec nft -a list ruleset"
_ASK = (
    _NF_TABLES
    + r"""bad=0
ask() { program=$1; echo "# $program"; "$program" -c || bad=$?; }"""
)

# Legacy tables are looked for where the kernel lists them, so that asking makes none: the program
# would load the module of a table that is not there. The rules of the nf_tables backend are in
# `nft list ruleset` too, but nft has no words for what some matches and targets say
# (docs/decisions/007).
_IPTABLES_SAVE = (
    _ASK
    + r"""
look() {
  name=$1 listed=$2
  legacy= nft= tables=
  if [ -e "$listed" ]; then
    [ -r "$listed" ] || { echo "$listed: Permission denied" >&2; bad=1; }
    read -r tables <"$listed"
  fi
  if command -v "$name-legacy-save" >/dev/null; then legacy=$name-legacy-save; fi
  if command -v "$name-nft-save" >/dev/null; then nft=$name-nft-save; fi
  if [ -z "$legacy$nft" ] && command -v "$name-save" >/dev/null; then
    case $("$name" -V) in *nf_tables*) nft=$name-save ;; *) legacy=$name-save ;; esac
  fi
  if [ -n "$tables" ]; then
    if [ -n "$legacy" ]; then ask "$legacy"
    else echo "no $name on the node to tell the legacy table $tables" >&2; bad=1; fi
  fi
  if [ -n "$nft" ] && nf_tables; then ask "$nft"; fi
}
look iptables /proc/net/ip_tables_names
look ip6tables /proc/net/ip6_tables_names
exit $bad"""
)

# What nft lists of ebtables-nft and arptables-nft is abridged like that of iptables-nft. The legacy
# kinds have no program that tells their rules and no others: the scripts of that name ask whichever
# ebtables or arptables is first in PATH. So where there are any, that is all that is said.
_EBTABLES_SAVE = (
    _ASK
    + r"""
arp=
for p in ebtables-nft-save arptables-nft-save; do
  if command -v $p >/dev/null && nf_tables; then ask $p; fi
done
if [ -e /proc/net/arp_tables_names ]; then
  [ -r /proc/net/arp_tables_names ] || { echo "arp_tables_names: Permission denied" >&2; bad=1; }
  read -r arp </proc/net/arp_tables_names
fi
if [ -n "$arp" ]; then echo "there are legacy tables of arptables" >&2; bad=1; fi
for m in /sys/module/ebtable_*; do
  if [ -e "$m" ]; then echo "there are legacy tables of ebtables" >&2; bad=1; break; fi
done
exit $bad"""
)

# The module has a parameter, so that it shows there even where it is no module but built in.
_IPSET = """\
[ ! -d /sys/module ] || [ -d /sys/module/ip_set ] || exit 0
exec ipset list"""

# grep and not cat: these files answer only the first read, whose size is the reader's choice.
_CONNTRACK = """\
cd /proc/sys/net/netfilter 2>/dev/null && [ -e nf_conntrack_max ] || {
  echo "no connection tracking in the kernel" >&2
  exit 1
}
for f in max count buckets; do
  n=$(grep '' nf_conntrack_$f) || exit
  echo "nf_conntrack_$f = $n"
done
[ ! -e /proc/net/stat/nf_conntrack ] || exec cat /proc/net/stat/nf_conntrack"""

_OTHER_BACKEND = whole_lines(r"# Warning: \S+ tables present, use \S+ to see them")

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("nft-ruleset", _NFT, Where.NETNS, needs="nft", shown="nft -a list ruleset"),
        read_ruleset,
        (FilterRule,),
        re.compile(NETNS_EXEC + r"nft(?: -\w+)* list ruleset(?: \w+)?"),
        Profile.QUICK,
        harmless=whole_lines(r"# Warning: table .* is managed by \S+, do not touch!"),
        quiet=True,  # nft says there what expression it does not know, and ends with status 0
    ),
    Entry(
        Probe("iptables-save", _IPTABLES_SAVE, Where.NETNS, shown="iptables-save -c"),
        iptables("ip"),
        (IptablesRule,),
        re.compile(NETNS_EXEC + "ip" + _IPTABLES_TYPED),
        harmless=_OTHER_BACKEND,
        quiet=True,
    ),
    *(
        Entry(
            Probe(f"{program}-save", "", Where.NETNS, shown=f"{program}-save -c"),
            iptables(family),
            (IptablesRule,),
            re.compile(NETNS_EXEC + re.escape(program).removesuffix("tables") + _IPTABLES_TYPED),
        )
        for program, family in (("ip6tables", "ip6"), ("arptables", "arp"))
    ),
    Entry(
        Probe("ebtables-save", _EBTABLES_SAVE, Where.NODE, shown="ebtables-save; arptables-save"),
        iptables("bridge"),
        (IptablesRule,),
        re.compile(NETNS_EXEC + "eb" + _IPTABLES_TYPED),
        Profile.FULL,
        harmless=_OTHER_BACKEND,
        quiet=True,
    ),
    *(
        Entry(
            Probe(f"{program}-list", "", Where.NETNS, shown=f"{program} -nvL"),
            list_iptables(family),
            (IptablesRule,),
            re.compile(NETNS_EXEC + program + _LIST_TYPED),
        )
        for program, family in (("iptables", "ip"), ("ip6tables", "ip6"))
    ),
    Entry(
        Probe("ipset-list", _IPSET, Where.NETNS, needs="ipset", shown="ipset list"),
        read_ipset,
        (IpSet, IpSetMember),
        re.compile(NETNS_EXEC + r"ipset(?: -\w+)* (?:-L|--list|l|list|ls)(?: .*)?"),
        quiet=True,
    ),
    Entry(
        Probe("conntrack", _CONNTRACK, Where.NODE, shown="cat /proc/net/stat/nf_conntrack"),
        read_conntrack,
        (ConntrackTable,),
        re.compile(
            NETNS_EXEC + r"(?:conntrack (?:-S|--stats|-C|--count)(?: .*)?"
            r"|sysctl net\.netfilter\.nf_conntrack_(?:max|count|buckets))"
        ),
        quiet=True,
        lacking=re.compile("no connection tracking in the kernel"),
        never_empty=True,
    ),
)
