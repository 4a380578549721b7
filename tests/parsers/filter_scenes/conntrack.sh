# Connection tracking with something to count.
#: conntrack/files:
#: conntrack/statistics: conntrack -S
#: conntrack/count: conntrack -C
#: conntrack/sysctl: sysctl net.netfilter.nf_conntrack_max net.netfilter.nf_conntrack_buckets
nft add table ip t
nft add chain ip t c '{ type filter hook input priority 0; }'
nft add rule ip t c ct state invalid drop
ping -c 2 -i 0.2 -W 1 172.16.77.51 >/dev/null || true
conntrack -I -p tcp -s 192.0.2.1 -d 192.0.2.2 --sport 1000 --dport 80 --state ESTABLISHED -t 600 >/dev/null 2>&1
