# Sets, maps, objects and chains of every family of nftables.
#: nft-ruleset/objects:
#: nft-ruleset/objects-without-handles: nft list ruleset
#: nft-ruleset/objects-stateless: nft -a -s list ruleset
ip link add away type veth peer name there
ip link set away up
cat >/tmp/rules <<'RULES'
table inet objects {
  comment "made { by hand }"
  ct helper ftp-standard { type "ftp" protocol tcp; l3proto inet; }
  ct timeout slow { protocol tcp; l3proto ip; policy = { established : 120, close : 20 }; }
  ct expectation e { protocol tcp; dport 9876; timeout 1m; size 12; l3proto ip; }
  limit calm { rate over 400/minute burst 5 packets; }
  counter hits { comment "by name"; packets 12 bytes 720; }
  quota monthly { over 10 mbytes used 2 kbytes; }
  set plain { type ipv4_addr; elements = { 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, 192.0.2.5 }; }
  set counted {
    type ipv4_addr; size 4096; counter; comment "every element counts";
    elements = { 192.0.2.1 comment "a, b }", 192.0.2.2 counter packets 5 bytes 420 comment "{" }
  }
  set ports { type inet_proto . inet_service; flags interval; auto-merge;
    elements = { tcp . 80, udp . 53-55, tcp . 8000-8100 } }
  set nets6 { type ipv6_addr; flags interval; elements = { fd00::/8, 2001:db8::1-2001:db8::ff } }
  set banned { type ipv4_addr; flags timeout; timeout 1h; gc-interval 10m;
    elements = { 198.51.100.1, 198.51.100.2 timeout 2h expires 90m comment "sshd" } }
  set paced { type ipv4_addr; flags dynamic, timeout; size 128; timeout 5m; }
  set links { type ifname; elements = { "near", "eth9" } }
  set wild { type ifname; flags interval; elements = { "cali*", "eth0" } }
  map verdicts { type ipv4_addr . inet_service : verdict;
    elements = { 192.0.2.1 . 80 : accept, 192.0.2.2 . 443 : drop, 192.0.2.3 . 22 : jump inner, 192.0.2.4 . 22 : goto inner } }
  map backends { type inet_service : ipv4_addr . inet_service; elements = { 80 : 10.0.0.1 . 8080, 443 : 10.0.0.2 . 8443 } }
  map tallies { type ipv4_addr : counter; elements = { 192.0.2.9 : "hits" } }
  chain inner { return; }
  chain input {
    type filter hook input priority filter; policy drop; comment "the policy is in the line above";
    ct state vmap { established : accept, related : accept, invalid : drop }
    ip saddr . tcp dport vmap @verdicts
    iifname @wild accept comment "drop"
    meta l4proto . th dport @ports accept
    ip saddr @banned counter name "hits" reject with icmp port-unreachable
    ip6 saddr @nets6 reject with icmpv6 admin-prohibited
    meta nfproto ipv4 update @paced { ip saddr limit rate over 10/second burst 5 packets } drop
    tcp dport 22 ct count over 10 reject with tcp reset
    tcp dport 25 quota over 25 mbytes used 3 kbytes drop
    tcp dport 81 limit name "calm" log prefix "drop: " level warn flags all
    tcp dport 21 ct helper set "ftp-standard"
    tcp flags & (fin|syn) == fin|syn counter packets 3 bytes 120 drop
    ip saddr { 10.0.0.0/8, 172.16.0.0/12 } fib saddr . iif oif missing drop
    tcp dport 82 goto inner
    ip daddr 192.0.2.200 numgen inc mod 2 vmap { 0 : jump inner, 1 : drop }
    continue
  }
  chain forward {
    type filter hook forward priority filter + 1; policy accept;
    oifname "near" meta mark & 0xff00 == 0x4000 accept
  }
  chain sync { type filter hook prerouting priority raw; tcp dport 83 notrack; }
}
table ip nat {
  map kube { typeof ip daddr . tcp dport : verdict; elements = { 10.96.0.1 . 443 : goto svc } }
  chain svc { dnat to numgen random mod 2 map { 0 : 10.0.0.1, 1 : 10.0.0.2 }; }
  chain prerouting {
    type nat hook prerouting priority dstnat; policy accept;
    ip daddr . tcp dport vmap @kube
    tcp dport 8080 redirect to :80
    tcp dport 8081 dnat to 10.0.0.1:80 persistent
  }
  chain postrouting {
    type nat hook postrouting priority srcnat;
    oifname "near" ip saddr 172.17.0.0/16 masquerade random,persistent
    ip saddr 10.0.0.1 snat to 172.16.77.51-172.16.77.59
  }
}
table ip6 filter {
  chain output { type filter hook output priority 0; policy accept; ip6 daddr ::1 icmpv6 type { nd-neighbor-solicit, echo-request } counter accept; }
}
table arp filter {
  chain in { type filter hook input priority 0; policy accept; arp operation request arp saddr ip 192.0.2.7 counter drop; }
}
table bridge filter {
  chain bridged { type filter hook forward priority -200; policy accept; ether type vlan vlan id 5 drop; ether saddr 02:00:00:00:00:01 ip protocol icmp accept; }
}
table netdev early {
  chain many { type filter hook ingress devices = { near, away } priority -500; policy accept; ip saddr 192.0.2.77 drop; }
  chain out { type filter hook egress device "near" priority 0; policy accept; fwd to "away"; }
}
table ip asleep { flags dormant; chain c { type filter hook input priority 0; policy drop; }; }
RULES
nft -f /tmp/rules
rm /tmp/rules
