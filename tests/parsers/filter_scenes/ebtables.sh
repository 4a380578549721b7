# Rules of bridges and of ARP.
#: ebtables-save/both:
#: ebtables-save/without-counters: ebtables-nft-save
#: arptables-save/without-counters: arptables-nft-save
ebtables-nft -A FORWARD -p ARP --arp-ip-dst 192.0.2.1 -j DROP
ebtables-nft -N own -P RETURN
ebtables-nft -A FORWARD -p IPv4 --ip-proto udp --ip-dport 67 -j own
ebtables-nft -A own -j CONTINUE
ebtables-nft -t nat -A PREROUTING -p ARP -j arpreply --arpreply-mac 02:00:00:00:00:01
ebtables-nft -A INPUT -s 02:00:00:00:00:00/ff:ff:00:00:00:00 --limit 5/sec -j ACCEPT
arptables-nft -A INPUT -s 192.0.2.1 --opcode 1 -j DROP
arptables-nft -P OUTPUT DROP
