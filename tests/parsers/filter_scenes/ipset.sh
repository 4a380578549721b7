# Sets of every sort that people and Felix make.
#: ipset-list/every-type:
#: ipset-list/terse: ipset list -terse
ipset create cali40s:MNPOk2LGXJ6V4XHFH hash:net family inet maxelem 1048576
ipset add cali40s:MNPOk2LGXJ6V4XHFH 192.168.23.193
ipset add cali40s:MNPOk2LGXJ6V4XHFH 192.168.0.0/16
ipset create cali60all-ipam-pools hash:net family inet6
ipset add cali60all-ipam-pools fd00:10::/64
ipset create with-everything hash:net timeout 600 counters comment skbinfo
ipset add with-everything 10.0.0.0/8 timeout 0 packets 3 bytes 252 comment "a b: (c)" skbmark 0x10/0xff skbprio 1:10 skbqueue 3
ipset add with-everything 198.51.100.7
ipset add with-everything 10.1.0.0/16 nomatch timeout 0
ipset create ports hash:ip,port counters
ipset add ports 192.0.2.1,tcp:80
ipset add ports 192.0.2.1,udp:53
ipset add ports 192.0.2.1,icmp:echo-request
ipset create by-interface hash:net,iface
ipset add by-interface 10.0.0.0/8,eth0 nomatch
ipset create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
ipset add KUBE-NODE-PORT-TCP 30080
ipset create addresses bitmap:ip range 192.0.2.0/24
ipset add addresses 192.0.2.9
ipset create all list:set size 8
ipset add all ports
ipset create empty hash:ip forceadd hashsize 64
