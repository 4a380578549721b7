# Policies of IPsec; of states those that wait for keys, where the kernel has no ESP.
#: ip-xfrm/policies-and-waiting-states:
#: ip-xfrm/policies-alone: ip xfrm policy
#: ip-xfrm/policies-with-statistics: ip -s xfrm policy
#: ip-xfrm/states-without-statistics: ip xfrm state list nokeys
ip xfrm policy add src 10.0.0.0/8 dst 10.1.0.0/16 dir out priority 375423 ptype main tmpl src 192.0.2.1 dst 192.0.2.2 proto esp spi 0xc0ffee01 reqid 1 mode tunnel
ip xfrm policy add src 10.1.0.0/16 dst 10.0.0.0/8 dir in priority 375423 tmpl src 192.0.2.2 dst 192.0.2.1 proto esp reqid 1 mode tunnel
ip xfrm policy add src 10.1.0.0/16 dst 10.0.0.0/8 dir fwd priority 375423 tmpl src 192.0.2.2 dst 192.0.2.1 proto esp reqid 1 mode tunnel level use
ip xfrm policy add src 192.0.2.1/32 dst 192.0.2.3/32 proto tcp sport 179 dport 1024 dir out action block index 2049 mark 0x10 mask 0xff
ip xfrm policy add src 192.0.2.1/32 dst 192.0.2.4/32 proto icmp type 8 code 0 dir out flag localok tmpl proto comp reqid 3 mode transport level use tmpl proto esp reqid 3 mode transport
ip xfrm policy add src fd00::/64 dst fd01::/64 dir out if_id 0x2a tmpl src fd00::1 dst fd01::1 proto esp reqid 4 mode beet
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 proto 47 key 5 dir out
ip xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dev near dir in action block
ip xfrm policy add src ::/0 dst 2001:db8::/32 proto ipv6-icmp dir fwd
ip xfrm policy add src 0.0.0.0/0 dst 10.2.0.0/16 dir out tmpl src 172.16.77.51 dst 172.16.77.52 proto esp reqid 1 mode tunnel
ip neigh add 172.16.77.52 lladdr 02:00:00:00:00:09 dev near
ip route add 10.2.0.0/16 via 172.16.77.52
ping -c 2 -i 0.2 -W 1 10.2.0.1 >/dev/null || true
ip xfrm state allocspi src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel reqid 1 min 0x100 max 0x200 >/dev/null
ip xfrm state allocspi src 192.0.2.4 dst 192.0.2.1 proto comp mode transport reqid 3 min 0x100 max 0x200 >/dev/null
