# Tables of the nf_tables backend into which nft has put what iptables has no words for. Of the rule
# in `nat` iptables tells only the end: it looks as if it dropped everything.
#: iptables-save/tables-that-nft-wrote:
#: nft-ruleset/tables-of-iptables-that-nft-wrote:
iptables-nft -A INPUT -s 192.0.2.1 -j DROP
iptables-nft -t nat -A PREROUTING -p tcp -j REDIRECT --to-ports 80
nft add set ip nat s '{ type ipv4_addr; }'
nft add rule ip nat PREROUTING ip saddr @s drop
nft add table ip raw
nft add chain ip raw early '{ type filter hook prerouting priority raw; policy drop; }'
