# Two ends of a tunnel; wireguard-go stands in for a kernel without WireGuard.
#: wg-show/tunnel:
#: wg-show/one-interface: wg show nspwg1
#- ip link del nspwg0; ip link del nspwg1; ip link del nspwg2
umask 077
keys=$(mktemp -d)
trap 'rm -r "$keys"' EXIT
for n in 0 1 2 3; do wg genkey >$keys/$n; wg pubkey <$keys/$n >$keys/$n.pub; done
wg genpsk >$keys/shared
for n in 0 1 2; do
  ip link add nspwg$n type wireguard 2>/dev/null || wireguard-go nspwg$n >/dev/null 2>&1
done
sleep 1
wg set nspwg0 private-key $keys/0 listen-port 51820 peer $(cat $keys/1.pub) preshared-key $keys/shared endpoint 127.0.0.1:51821 allowed-ips 10.10.10.230/32,fd00::/64 persistent-keepalive 25
wg set nspwg0 peer $(cat $keys/2.pub) allowed-ips ""
wg set nspwg0 peer $(cat $keys/3.pub) allowed-ips 10.99.0.0/16 endpoint '[::1]:51899'
wg set nspwg1 private-key $keys/1 listen-port 51821 peer $(cat $keys/0.pub) preshared-key $keys/shared endpoint 127.0.0.1:51820 allowed-ips 0.0.0.0/0
ip link set nspwg0 up
ip link set nspwg1 up
wg set nspwg1 fwmark 0xca6c 2>/dev/null || true
ip addr add 10.10.10.230/32 dev nspwg1
ip route add 10.10.11.0/24 dev nspwg1
ping -c 3 -W 1 10.10.11.1 >/dev/null || true
sleep 1
