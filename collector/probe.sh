# What the probe script is made of. POSIX sh: dash, busybox sh, bash. See collector/script.py.
# fd 3: the framed stream. fd 7: to the watchdog. fd 9: stdin, whose end means "nobody listens".
# $M: the marker, never in an argument of a process nor in the environment.

# Entry. The greeting goes out at once and uncompressed: the collector reads the clock by it.
netsnap_start() {
  exec 9<&0 </dev/null
  LC_ALL=C
  PATH=$PATH:/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/bin:/usr/local/sbin:/opt/bin
  export LC_ALL PATH
  unset IFS CDPATH ENV BASH_ENV
  read -r netsnap_up netsnap_rest </proc/uptime
  netsnap_end=$((${netsnap_up%.*} + netsnap_budget))
  netsnap_setsid=
  if command -v setsid >/dev/null 2>&1; then netsnap_setsid=setsid; fi
  netsnap_scope=host netsnap_slow=
  printf '\n%s H %s %s\n' "$M" "$(date +%s.%N)" "$netsnap_up"
  exec 2>/dev/null
  netsnap_watched 3>&1 >/dev/null | netsnap_pack
}

# Many small writes become few large ones, which the collector's side pays for.
netsnap_pack() {
  if command -v gzip >/dev/null; then exec gzip -1c 9<&-
  elif command -v dd >/dev/null; then exec dd obs=32768 9<&-
  else exec cat 9<&-; fi
}

netsnap_watched() {
  {
    netsnap_self
    printf 'm %s\n' "$netsnap_self" >&7
    (exec 3>&- 9<&-; while sleep 1 7>&-; do printf 't\n' >&7; done) &
    netsnap_ticker=$!
    (exec 3>&-; while read -r netsnap_rest; do :; done; printf 'g\n' >&7) <&9 &
    netsnap_listener=$!
    exec 9<&-
    netsnap_main
    kill "$netsnap_ticker" "$netsnap_listener"
  } 7>&1 >/dev/null | netsnap_watchdog 3>&- 9<&-
}

# Sets netsnap_self to the pid of this very (sub-)shell; $$ would be that of the first one.
netsnap_self() { read -r netsnap_self netsnap_rest </proc/self/stat; }

# Reads: m PID main shell; n PID a namespace's shell ("n" alone: left it); a SHELL TARGET LIMIT a
# question begins (TARGET is -PGID for a group, ?PID for a process's children); e it ended; h PID
# its head; f it is all told; t one second; g the collector is gone.
netsnap_watchdog() {
  main='' inner='' shell='' target='' left=0 head='' drain=0
  while read -r what one two three; do
    case $what in
      m) main=$one ;;
      n) inner=$one ;;
      a) shell=$one target=$two left=$((three + 1)) ;;
      e) target='' drain=3 ;;
      h) head=$one drain=0 ;;
      f) head='' target='' ;;
      t) netsnap_tick ;;
      g) netsnap_give_up ;;
    esac
  done
}

netsnap_tick() {
  kill -s 0 "$main" || netsnap_give_up
  if [ -n "$target" ]; then
    left=$((left - 1))
    case $left in
      0) kill -s USR1 "$shell"; netsnap_kill TERM "$target" ;;
      -1) netsnap_kill KILL "$target" ;;
      -3) case $target in \?*) kill -s KILL "$shell" ;; *) kill -s USR1 "$shell" ;; esac ;;
    esac
  elif [ -n "$head" ] && [ "$drain" -gt 0 ]; then
    drain=$((drain - 1))
    if [ "$drain" = 0 ]; then kill -s KILL "$head"; fi
  fi
}

# netsnap_kill SIGNAL TARGET: sends a signal to a process, a group, or all that a process began.
netsnap_kill() {
  case $2 in
    \?*)
      for netsnap_rest in $(netsnap_children "${2#\?}"); do
        kill -s "$1" $(netsnap_children "$netsnap_rest") "$netsnap_rest"
      done ;;
    *) kill -s "$1" -- "$2" ;;
  esac
}

# Prints the children of a process. The name in stat may hold anything, also blanks.
netsnap_children() {
  for netsnap_stat in /proc/[0-9]*/stat; do
    read -r netsnap_line <"$netsnap_stat" || continue
    set -- "$1" ${netsnap_line##*)}
    if [ "$3" = "$1" ]; then
      netsnap_stat=${netsnap_stat%/stat}
      printf '%s\n' "${netsnap_stat#/proc/}"
    fi
  done
}

netsnap_give_up() {
  kill -s STOP $inner $main  # whose children have no parent to be found by once they are dead
  if [ -n "$target" ]; then netsnap_kill KILL "$target"; fi
  for netsnap_rest in $inner $main; do kill -s KILL "$netsnap_rest"; done
  if [ -n "$head" ]; then kill -s KILL "$head"; fi
  exit
}

# netsnap_ask NUMBER SUBJECT LIMIT NEEDS WAITS_FOR GROUP COMMAND...
netsnap_ask() {
  number=$1 subject=$2 limit=$3 needs=$4 waits_for=$5 group=$6
  shift 6
  read -r begun netsnap_rest </proc/uptime
  if [ "${begun%.*}" -ge "$netsnap_end" ]; then
    printf '\n%s X %s %s late %s\n' "$M" "$number" "$netsnap_scope" "$subject" >&3
    return
  fi
  if [ -n "$needs" ] && ! command -v "$needs" >/dev/null; then
    printf '\n%s X %s %s missing %s\n' "$M" "$number" "$netsnap_scope" "$subject" >&3
    return
  fi
  # Who used up the time once is not waited for so long again: the others need theirs.
  case " $netsnap_slow " in *" ${waits_for:-none} "*) limit=2 ;; esac
  if [ "$limit" -gt "$((netsnap_end - ${begun%.*}))" ]; then
    limit=$((netsnap_end - ${begun%.*}))
  fi
  printf '\n%s B %s %s %s %s\n' "$M" "$number" "$netsnap_scope" "$begun" "$subject" >&3
  if netsnap_is_light; then netsnap_directly "$@"; else
    {
      netsnap_run "$@" | netsnap_head
      printf '%s h %s\n' "$M" "$?" >&4
    } 4>&1 | netsnap_tell
    printf 'f\n' >&7
  fi
  read -r netsnap_now netsnap_rest </proc/uptime
  if [ -n "$waits_for" ] && [ "$((${netsnap_now%.*} - ${begun%.*}))" -ge "$limit" ]; then
    netsnap_slow="$netsnap_slow $waits_for"
  fi
}

# A node has very many questions to namespaces, and every process that guards one costs as much as
# the question. What has answered in the host's namespace is asked without them in the others.
netsnap_is_light() {
  if [ "$netsnap_scope" = host ]; then return 1; fi
  case " $netsnap_slow " in *" ${waits_for:-none} "*) return 1 ;; esac
}

# Lets the command write into the stream itself: one process for each question. The watchdog finds
# it by its parent; what it says beyond the limit, the collector drops. A question to namespaces must
# leave no process behind: it would hold the stream, and be waited for.
netsnap_directly() {
  signals=0 cut=0
  trap 'signals=$((signals + 1))' USR1
  printf 'a %s ?%s %s\n' "$netsnap_self" "$netsnap_self" "$limit" >&7
  if [ "$group" = 1 ]; then
    text=$(
      exec 2>&1 >&3 3>&- 7>&- </dev/null
      netsnap_rest=$3
      shift 4
      eval "$netsnap_rest"
    )
  else
    text=$("$@" </dev/null 2>&1 >&3 3>&- 7>&-)
  fi
  status=$?
  printf 'e\nf\n' >&7
  if [ "${#text}" -gt 65536 ]; then text=$(printf '%.65536s' "$text") cut=1; fi
  read -r ended netsnap_rest </proc/uptime
  printf '\n%s S %s %s %s %s %s 0\n%s\n%s E\n' \
    "$M" "$status" "$signals" "$ended" "$cut" "$limit" "${text:+$text
}
" "$M" >&3
}

# Runs the command in the background, so that a signal of the watchdog can end the waiting.
netsnap_run() {
  signals=0
  trap 'signals=$((signals + 1))' USR1
  netsnap_self
  if [ "$group" = 1 ] && [ -n "$netsnap_setsid" ]; then
    setsid "$@" </dev/null 2>&4 3>&- 4>&- 7>&- &
    target=-$!
  else
    "$@" </dev/null 2>&4 3>&- 4>&- 7>&- &
    target=$!
  fi
  printf 'a %s %s %s\n' "$netsnap_self" "$target" "$limit" >&7
  seen=-1
  while [ "$signals" -gt "$seen" ] && [ "$signals" -lt 2 ]; do
    seen=$signals
    wait "${target#-}"
    status=$?
  done
  printf 'e\n' >&7
  case $target in -*) kill -s KILL -- "$target" ;; esac
  printf '\n%s s %s %s\n' "$M" "$status" "$signals" >&4
}

# Passes on what the command says, up to the limit. As the command's only reader it also keeps
# whatever a left-behind child still writes out of the answers to come. Ended by the watchdog for
# that, it takes along what it has not written yet: its exit status tells, and goes into the frame.
netsnap_head() {
  netsnap_self
  printf 'h %s\n' "$netsnap_self" >&7
  exec head -c "$netsnap_max" >&3 3>&- 4>&- 7>&-
}

# Reads stderr and the status that follows it, and ends the frame. Reads bytewise, as sh does: a
# flood is slowed down, not stored.
netsnap_tell() {
  text='' status='' cut=0 head=''
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
      *"$M s "*) status=${line##*"$M s "} ;;
      *"$M h "*) head=${line##*"$M h "}; break ;;
      *)
        if [ "$((${#text} + ${#line}))" -lt 65536 ]; then text="$text$line
"
        else cut=1; fi ;;
    esac
  done
  read -r ended netsnap_rest </proc/uptime
  printf '\n%s S %s %s %s %s %s\n%s\n%s E\n' \
    "$M" "${status:-lost 0}" "$ended" "$cut" "$limit" "${head:-lost}" "$text" "$M" >&3
}

netsnap_main() {
  netsnap_node
  if [ "$netsnap_with_namespaces" = 1 ]; then
    netsnap_list
    netsnap_scope
    for inode in $others; do netsnap_visit "$inode"; done
  fi
  netsnap_late
  printf '\n%s Z\n' "$M" >&3
}

# Asks all that is asked in one network namespace: of it, then of each of its interfaces.
netsnap_scope() {
  netsnap_netns
  if [ "$netsnap_with_interfaces" = 1 ]; then
    set --
    while read -r name netsnap_rest; do
      case $name in *:*) set -- "$@" "${name%%:*}" ;; esac
    done </proc/net/dev
    if [ $# = 0 ]; then printf '\n%s I %s\n' "$M" "$netsnap_scope" >&3; fi
    for interface do netsnap_interface "$interface"; done
  fi
  printf '\n%s D %s\n' "$M" "$netsnap_scope" >&3
}

# Sets others to the inodes of all network namespaces but the host's, and for each its ways in:
# mount_INODE (a bind mount) and way1_INODE, way2_INODE (processes; the first may be gone soon).
netsnap_list() {
  others='' host='' inode=''
  for netsnap_rest in $(ls -1iL /proc/self/ns/net); do host=${host:-$netsnap_rest}; done
  set -f
  IFS='
'
  for netsnap_rest in $(grep ' net:\[' /proc/self/mountinfo); do
    IFS=' '
    set -- $netsnap_rest
    case $4 in net:\[*\]) ;; *) continue ;; esac
    inode=${4#net:\[} inode=${inode%\]} path=$5
    case $path in *\\*) path=$(printf '%b.' "$path") path=${path%.} ;; esac
    netsnap_note && eval "mount_$inode=\$path"
  done
  unset IFS
  set +f
  inode=''
  for netsnap_rest in $(ls -1iL /proc/[0-9]*/ns/net); do
    case $netsnap_rest in
      /*)
        if netsnap_note; then
          eval "way2_$inode=\${way1_$inode-} way1_$inode=\$netsnap_rest"
        fi ;;
      *) inode=$netsnap_rest ;;
    esac
  done
  printf '\n%s N%s\n' "$M" "$others" >&3
}

# Adds $inode to others if it is new. False if it is the host's or no inode.
netsnap_note() {
  case $inode in ''|*[!0-9]*|"$host") return 1 ;; esac
  case "$others " in *" $inode "*) ;; *) others="$others $inode" ;; esac
}

netsnap_visit() {
  read -r begun netsnap_rest </proc/uptime
  why=late
  if [ "${begun%.*}" -lt "$netsnap_end" ]; then
    why="no nsenter on the node"
    if command -v nsenter >/dev/null; then
      why="it went away"
      eval "set -- \"\${mount_$1-}\" \"\${way1_$1-}\" \"\${way2_$1-}\" $1"
      for way in "$1" "$2" "$3"; do
        [ -n "$way" ] || continue
        if netsnap_enter "$way" "$4"; then return; fi
      done
      set -- "$4"
    fi
  fi
  printf '\n%s F net:[%s] %s\n' "$M" "$1" "$why" >&3
}

# True if all was asked. The marker goes in by a pipe: not by an argument, not by the environment.
netsnap_enter() {
  said=$(printf '%s\n' "$M" | netsnap_text="$netsnap_text" nsenter --net="$1" sh -c '
    IFS= read -r M
    exec </dev/null
    netsnap_program=$netsnap_text
    unset netsnap_text
    eval "$netsnap_program"
    netsnap_inside "$@"' sh "$2" "$netsnap_end" "$netsnap_max" "$netsnap_setsid" \
    "$netsnap_with_interfaces" "$netsnap_slow" 2>&1 >/dev/null)
  status=$?
  printf 'n\n' >&7
  if [ "$status" = 0 ]; then return 0; fi
  case $said in
    *"$M entered"*)
      printf '\n%s F net:[%s] its shell ended with status %s\n' "$M" "$2" "$status" >&3
      return 0 ;;
    "$M other") why="it went away" ;;
    *) why=${said:-nsenter ended with status $status} ;;
  esac
  return 1
}

# In the other namespace, unless the process id was taken over by a process of another one.
netsnap_inside() {
  host=''
  for netsnap_rest in $(ls -1iL /proc/self/ns/net); do host=${host:-$netsnap_rest}; done
  if [ "$host" != "$1" ]; then printf '%s other' "$M" >&2; exit 1; fi
  printf '%s entered' "$M" >&2
  exec 2>/dev/null
  netsnap_self
  printf 'n %s\n' "$netsnap_self" >&7
  netsnap_scope="net:[$1]" netsnap_end=$2 netsnap_max=$3 netsnap_setsid=$4
  netsnap_with_interfaces=$5 netsnap_slow=$6
  netsnap_scope
  exit 0
}
