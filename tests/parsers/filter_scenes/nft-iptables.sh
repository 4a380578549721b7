# What nft shows of the rules of iptables-nft: some matches and targets by their name alone.
#: nft-ruleset/iptables-matches:
ipset create cali40all-ipam-pools hash:net
iptables-nft -N cali-FORWARD
iptables-nft -P FORWARD DROP
iptables-nft -A FORWARD -m comment --comment "cali:wUHhoiAYhphO9Mso" -j cali-FORWARD
iptables-nft -A cali-FORWARD -m comment --comment "cali:vjrMJCRpqwy5oRoX" -j MARK --set-xmark 0x0/0xe0000
iptables-nft -A cali-FORWARD -m set --match-set cali40all-ipam-pools src -m set ! --match-set cali40all-ipam-pools dst -j ACCEPT
iptables-nft -A cali-FORWARD -m mark --mark 0x10000/0x10000 -m set --match-set cali40all-ipam-pools dst -j DROP
iptables-nft -A cali-FORWARD -p udp -m u32 --u32 "0>>22&0x3C@12>>8=0x1" -j REJECT
iptables-nft -A cali-FORWARD -m string --algo bm --string secret -j DROP
iptables-nft -A cali-FORWARD -m recent --name seen --rcheck -j RETURN
iptables-nft -A cali-FORWARD -m connlimit --connlimit-above 10 -j REJECT
iptables-nft -t mangle -A POSTROUTING -p udp -j CHECKSUM --checksum-fill
iptables-nft -t mangle -A PREROUTING -j CONNMARK --restore-mark
iptables-nft -t raw -A PREROUTING -j CT --zone 5
ip6tables-nft -t nat -A PREROUTING -p tcp -j NETMAP --to fd00::/64
ip6tables-nft -t raw -A PREROUTING -m rpfilter --invert -j DROP
ebtables-nft -A FORWARD -p ARP --arp-ip-dst 192.0.2.1 -j DROP
ebtables-nft -A FORWARD -p IPv4 --ip-proto udp --ip-dport 67 -j DROP
ebtables-nft -t nat -A PREROUTING -p ARP -j arpreply --arpreply-mac 02:00:00:00:00:01
arptables-nft -A INPUT -s 192.0.2.1 --opcode 1 -j DROP
