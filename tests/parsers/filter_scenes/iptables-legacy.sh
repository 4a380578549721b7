# Rules of both backends at once, as Felix, docker, kube-proxy and people write them.
#: iptables-save/both-backends:
#: iptables-save/legacy-without-counters: iptables-legacy-save
#: iptables-save/listed-legacy: iptables-legacy -S
#: iptables-save/listed-with-counters: iptables-legacy -S -v
#: iptables-list/legacy: iptables-legacy -L
#: iptables-list/legacy-with-counters: iptables-legacy -L -n -v
#: iptables-list/legacy-numbered: iptables-legacy -nL --line-numbers
#: iptables-list/nft-numbered: iptables-nft -t nat -nvL --line-numbers
#: ip6tables-list/legacy-with-counters: ip6tables-legacy -nvL
#: ip6tables-list/nft: ip6tables-nft -nL
#: ip6tables-save/legacy: ip6tables-legacy-save -c
ipset create cali40all-ipam-pools hash:net
ipset add cali40all-ipam-pools 192.168.0.0/16
ipset create cali40masq-ipam-pools hash:net
for t in iptables-legacy iptables-nft; do
$t -N cali-FORWARD
$t -N cali-fw-cali0ef24b1b2ad
$t -N DOCKER-USER
$t -P FORWARD DROP
$t -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
$t -A FORWARD -j DOCKER-USER
$t -A DOCKER-USER -j RETURN
$t -A cali-FORWARD -m comment --comment "cali:vjrMJCRpqwy5oRoX" -j MARK --set-xmark 0x0/0xe0000
$t -A cali-FORWARD -m set --match-set cali40all-ipam-pools src -m set ! --match-set cali40masq-ipam-pools dst -j ACCEPT
$t -A cali-FORWARD -i cali+ -m comment --comment "cali:8ZoYfO5HKXWbB3pk" -g cali-fw-cali0ef24b1b2ad
$t -A cali-FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
$t -A cali-FORWARD -m conntrack --ctstate INVALID -j DROP
$t -A cali-FORWARD -m conntrack --ctstate INVALID -j DROP
$t -A cali-fw-cali0ef24b1b2ad -m mark ! --mark 0x0/0x10000 -m comment --comment "Return if policy \"a b\" accepted -j DROP" -j RETURN
$t -A cali-fw-cali0ef24b1b2ad -p udp -m multiport --dports 53,5353 -j REJECT --reject-with icmp-port-unreachable
$t -A cali-fw-cali0ef24b1b2ad -p tcp -m tcp --tcp-flags SYN,RST SYN -m limit --limit 5/min -j LOG --log-prefix "calico-packet: " --log-level 5
$t -A cali-fw-cali0ef24b1b2ad
$t -t nat -N KUBE-SERVICES
$t -t nat -N KUBE-SEP-A
$t -t nat -A PREROUTING -m comment --comment "kubernetes service portals" -j KUBE-SERVICES
$t -t nat -A KUBE-SERVICES -d 10.96.0.10/32 -p udp -m comment --comment "kube-system/kube-dns:dns cluster IP" -m udp --dport 53 -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-A
$t -t nat -A KUBE-SEP-A -p udp -m udp -j DNAT --to-destination 192.168.23.193:53
$t -t nat -A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
$t -t nat -A POSTROUTING -m set --match-set cali40masq-ipam-pools src -j SNAT --to-source 172.16.77.51 --random-fully
$t -t mangle -A FORWARD -o tunl0 -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
$t -t raw -A PREROUTING -p udp -m udp --dport 4789 -j CT --notrack
done
ip6tables-legacy -A INPUT -s fd00::/8 -p ipv6-icmp -m icmp6 --icmpv6-type 135 -j ACCEPT
ip6tables-legacy -A INPUT
ip6tables-legacy -P INPUT DROP
ip6tables-nft -A OUTPUT -d fe80::/10 -j REJECT --reject-with icmp6-adm-prohibited
ping -c 2 -W 1 172.16.77.51 >/dev/null || true
iptables-legacy -A INPUT -i lo -p icmp -j ACCEPT
ping -c 2 -W 1 172.16.77.51 >/dev/null || true
