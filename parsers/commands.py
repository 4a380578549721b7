"""The commands that are more than one program: what is asked of a node, as POSIX sh."""

NODE = (
    'printf "hostname %s\\nkernel %s\\nboot_id %s\\n" "$(uname -n)" "$(uname -r)"'
    ' "$(cat /proc/sys/kernel/random/boot_id)"'
)

# Processes, then mounts. Only what is mounted is a namespace: a name without its mount is a file
# that docker left behind, or one that docker mounted out of our sight. Linux before 4.1 does not
# tell the inode in the table of mounts (before 3.19 the type of such a mount is "proc").
NETNS = r"""ls -1iL /proc/[0-9]*/ns/net
status=$?
mounts=/proc/self/mountinfo
sed -n 's|^[^ ]* [^ ]* [^ ]* net:\[\([0-9]*\)\] \([^ ]*\) .* - nsfs .*|\1 \2|p' $mounts || exit
set -f
old='^[^ ]* [^ ]* [^ ]* / \([^ ]*/netns/[^ ]*\) .* -'
set -- $(sed -n -e "s|$old proc .*|\1|p" -e "s|$old nsfs .*|\1|p" $mounts)
[ $# = 0 ] || ls -1id "$@" || exit
exit $status"""

# grep and not the shell's own `read`: dash reads one byte at a time, and these files answer only
# the first read, so that 10 would become 1. An interface that vanishes half way makes grep fail
# (status 2) and is asked for again; IPv6 may be off, and then there is no net/ipv6.
SYSCTL = r"""cd /proc/sys || exit
look() {
  grep -s '' net/ipv4/ip_forward net/ipv4/conf/*/forwarding net/ipv4/conf/*/rp_filter \
    net/ipv4/conf/*/proxy_arp || return
  [ ! -d net/ipv6/conf ] || grep -s '' net/ipv6/conf/*/forwarding net/ipv6/conf/*/disable_ipv6
}
said=$(look) || said=$(look) || exit
printf '%s\n' "$said" | sed 's/:\([^:]*\)$/ = \1/'"""

# A container that ends between the two commands is no failure; a docker that fails is one, and
# must not look like a node without containers.
INSPECT_ALL = """\
ids=$(docker ps -aq --no-trunc) || exit $?
[ -z "$ids" ] || docker inspect --type container $ids"""

# Calico's own BIRD first. A socket without a program to ask through is told apart from no socket,
# and that from a directory that we may not look into.
ASK_BIRD = """\
closed=
for s in /var/run/calico/bird.ctl /run/calico/bird.ctl /run/bird/bird.ctl; do
  d=${s%/*}
  [ ! -d "$d" ] || [ -x "$d" ] || closed=$d
  [ -S "$s" ] || continue
  for c in birdcl birdc; do
    command -v $c >/dev/null 2>&1 && exec $c -r -s $s show protocols all
  done
  echo "no birdcl or birdc on the node to ask $s" >&2
  exit 127
done
[ -z "$closed" ] || { echo "$closed: Permission denied" >&2; exit 1; }
echo "no control socket of BIRD on the node" >&2
exit 1"""
