"""The kernel's counters and log, and the sockets: what their readers make of them."""

import re

import pytest

from collector.capture import Capture, Outcome, Question
from parsers import catalogue
from parsers.kernellog import MESSAGES
from parsers.read import read, read_text
from parsers.reading import Reading
from parsers.records import (
    KernelLog,
    KernelMessage,
    NeighbourTable,
    ProtocolCounters,
    SoftnetStatistics,
    TcpPassing,
    TcpSocket,
)

# As the kernel's sources have them; those without a sample of their own here.
SAID = {
    "nf_conntrack: nf_conntrack: table full, dropping packet": ("conntrack-full", ""),
    "nf_conntrack: table full, dropping packet.": ("conntrack-full", ""),
    "neighbour: arp_cache: neighbor table overflow!": ("neighbours-full", "arp_cache"),
    "Neighbour table overflow.": ("neighbours-full", ""),
    "Route cache is full: consider increasing sysctl net.ipv6.route.max_size.": ("routes-full", ""),
    "TCP: MD5 Hash failed for (10.0.0.1, 36710)->(10.0.0.2, 179)": (
        "md5",
        "(10.0.0.1, 36710)->(10.0.0.2, 179)",
    ),
    "TCP: Unexpected MD5 Hash found for 10.0.0.1.36710->10.0.0.2.179 [S] L3 index 0": (
        "md5",
        "10.0.0.1.36710->10.0.0.2.179",
    ),
    "TCP: request_sock_TCP: Possible SYN flooding on port 179. Sending cookies.": (
        "syn-flood",
        "179",
    ),
    "e1000e 0000:00:1f.6 eth0: NIC Link is Down": ("link-down", "eth0"),
    "e1000e: eth0 NIC Link is Up 1000 Mbps Full Duplex": ("link-up", "eth0"),
    "mlx5_core 0000:5e:00.0 ens1f0: Link down": ("link-down", "ens1f0"),
    "tg3 0000:02:00.0 eno1: Link is up at 1000 Mbps, full duplex": ("link-up", "eno1"),
    "bond0: (slave eth1): link status definitely down, disabling slave": ("link-down", "eth1"),
    "bond0: now running without any active interface!": ("no-active-slave", "bond0"),
    "NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out": ("transmit-timeout", "eth0"),
    "virtio_net virtio0 eth0 (virtio_net): NETDEV WATCHDOG: CPU: 1: transmit queue 0 timed out": (
        "transmit-timeout",
        "eth0",
    ),
    "br0: received packet on eth1 with own address as source address (addr:02:00)": (
        "own-address-seen",
        "eth1",
    ),
    "unregister_netdevice: waiting for veth12 to become free. Usage count = 1": (
        "netns-stuck",
        "veth12",
    ),
    "calico-drop: IN=cali1 OUT=eth0 MAC= SRC=10.0.0.1 DST=10.0.0.2": (
        "packet-logged",
        "calico-drop:",
    ),
    "Out of memory: Kill process 12 (bird) score 1 or sacrifice child": ("out-of-memory", "bird"),
    "INFO: task dockerd:1234 blocked for more than 120 seconds.": ("hung-task", "dockerd"),
    "watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [bird:12]": ("lockup", "3"),
    "traps: bird[12] general protection fault ip:1 sp:2 error:0": ("crash", "bird"),
}
BOOT = "btime 1795436369\n"


def log(text: str) -> KernelLog:
    reading = read_text("kernel-log", text.encode())
    assert (reading.ledger.unknown, reading.blind) == ((), "")
    (record,) = reading.records
    assert isinstance(record, KernelLog)
    return record


@pytest.mark.parametrize("text", SAID)
def test_a_message_is_known_by_its_subject_and_what_it_is_about(text: str) -> None:
    (message,) = log(f"{BOOT}[   12.500000] {text}\n").messages
    assert (message.subject, message.about) == SAID[text]


@pytest.mark.parametrize("text", SAID)
def test_the_node_passes_on_all_that_the_reader_knows(text: str) -> None:
    asked = "".join(re.findall(r"'([^'\n]*)'", catalogue.entry("kernel-log").probe.command))
    pattern = asked[asked.index("table full") :]
    assert re.search(pattern, text), pattern


def test_every_subject_is_tried() -> None:
    provoked = {"martian-source", "duplicate-address"}
    hard_to_find = {"expectations-full", "martian-destination", "tcp-memory"}
    tried = {subject for subject, _ in SAID.values()}
    assert {subject for subject, _ in MESSAGES} == tried | provoked | hard_to_find


def test_messages_of_one_kind_are_counted_together() -> None:
    full = "nf_conntrack: nf_conntrack: table full, dropping packet"
    text = f"{BOOT}oldest [    0.000000]\n"
    text += "".join(f"[{second:5}.000000] {full}\n" for second in (10, 20, 3600))
    record = log(f"{text}[ 3601.000000] something else\n")
    assert record.oldest == "2026-11-23T12:19:29Z"
    assert record.others == 1
    first, last = "2026-11-23T12:19:39Z", "2026-11-23T13:19:29Z"
    assert record.messages == (KernelMessage("conntrack-full", "", 3, first, last, full),)


def test_a_log_that_may_not_be_read_is_blind() -> None:
    said = b"dmesg: read kernel buffer failed: Operation not permitted\n"
    capture = Capture("k", Question("kernel-log"), "", Outcome.ANSWERED, 1, b"", said)
    reading = read(capture)
    assert (reading.records, reading.lacking) == ((), False)
    assert "Operation not permitted" in reading.blind


def test_counters_that_are_not_zero_are_told_by_protocol() -> None:
    text = "Ip: Forwarding InReceives InHdrErrors\nIp: 1 7 0\nIcmpMsg: InType3\nIcmpMsg: 2\n"
    text += "Icmp: InMsgs\nIcmp: 2\nIp6InReceives \t9\nIcmp6InMsgs \t0\n"
    assert read_text("protocol-counters", text.encode()).records == (
        ProtocolCounters("Ip", (("Forwarding", 1), ("InReceives", 7))),
        ProtocolCounters("Icmp", (("InType3", 2), ("InMsgs", 2))),
        ProtocolCounters("Ip6", (("InReceives", 9),)),
        ProtocolCounters("Icmp6"),
    )


@pytest.mark.parametrize(
    "text",
    ["Ip: A B\nIp: 1\n", "Ip: A\nTcp: 1\n", "Ip: 1\n", "Ip: A\n", "Ip: A\n\nIp: 1\n", "Wat 1\n"],
)
def test_names_and_numbers_that_do_not_belong_together_are_not_understood(text: str) -> None:
    reading = read_text("protocol-counters", text.encode())
    assert reading.records == ()
    assert reading.ledger.unknown_count == reading.ledger.lines - reading.ledger.noise
    assert reading.blind


def test_a_kernel_without_ipv6_counted_all_the_same() -> None:
    said = b"cat: /proc/net/snmp6: No such file or directory\n"
    question = Question("protocol-counters")
    reading = read(
        Capture("k", question, "", Outcome.ANSWERED, 1, b"Ip: Forwarding\nIp: 1\n", said)
    )
    assert (reading.blind, len(reading.records)) == ("", 1)


def test_the_cpus_of_a_neighbour_table_are_added_up_but_for_the_entries() -> None:
    at = "/proc/net/stat/arp_cache:"
    text = f"{at}entries allocs table_fulls\n" + 2 * f"{at}00000010 0000000a 00000001\n"
    (record,) = read_text("neighbour-tables", text.encode()).records
    assert record == NeighbourTable("arp_cache", 16, (("allocs", 20), ("table_fulls", 2)))


def test_the_cpus_of_the_backlog_are_added_up() -> None:
    cpu = "0000000a 00000001 00000002" + 7 * " 00000000" + " 00000003\n"
    (record,) = read_text("softnet", (2 * cpu).encode()).records
    assert record == SoftnetStatistics(2, processed=20, dropped=2, squeezed=4, flow_limited=6)


TITLE = "State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"


def sockets(text: str) -> Reading:
    return read_text("ss -tanpo", text.encode())


@pytest.mark.parametrize("ends", ["10.0.0.1:179 10.0.0.2:40000", "10.0.0.1:40000 10.0.0.2:179"])
def test_a_session_is_the_same_whoever_connected(ends: str) -> None:
    record = sockets(f"{TITLE}ESTAB 0 0 {ends}\n").records[1]
    assert isinstance(record, TcpSocket)
    assert record.identity == ("10.0.0.1", "10.0.0.2", 179)
    assert record.other_port == 40000


def test_the_port_that_something_listens_on_is_the_services() -> None:
    text = "LISTEN 0 0 0.0.0.0:9099 0.0.0.0:*\nESTAB 0 0 10.0.0.1:9099 10.0.0.2:1024\n"
    assert [each.identity[-1] for each in sockets(TITLE + text).records[1:]] == [9099, 9099]


def test_sockets_that_open_or_close_are_no_facts_of_their_own() -> None:
    text = f"{TITLE}SYN-SENT 0 1 10.0.0.1:40000 10.0.0.2:179 timer:(on,1sec,2)\n"
    assert sockets(text).records == (
        TcpPassing(("SYN-SENT 10.0.0.1:40000 10.0.0.2:179 0/1 timer:(on,1sec,2)",)),
    )


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        ("[fe80::1%eth0]:179", "fe80::1%eth0"),
        ("[FE80::1]%eth0:179", "fe80::1%eth0"),
        (":::179", "::"),
        ("*:179", "*"),
        ("10.0.0.1%vrf1:179", "10.0.0.1%vrf1"),
        ("[::ffff:10.0.0.1]:179", "::ffff:10.0.0.1"),
    ],
)
def test_an_address_is_told_in_one_form(printed: str, told: str) -> None:
    assert sockets(f"{TITLE}LISTEN 0 0 {printed} *:*\n").records[1].identity[0] == told


@pytest.mark.parametrize(
    "line",
    [
        "ESTAB 0 0 10.0.0.300:179 10.0.0.2:1",
        "ESTAB 0 0 10.0.0.1:179 10.0.0.2:*",
        "ESTAB 0 0 10.0.0.1:99999 10.0.0.2:1",
        "LISTEN 0 0 10.0.0.1:* 0.0.0.0:*",
        "LISTEN 0 0 10.0.0.1:179 10.0.0.2:1",
    ],
)
def test_ends_that_no_socket_has_are_not_understood_nor_is_what_follows(line: str) -> None:
    reading = sockets(f"{TITLE}{line}\n\t cubic rto:204\nLISTEN 0 0 0.0.0.0:22 0.0.0.0:*\n")
    assert [each.line for each in reading.ledger.unknown] == [2, 3]
    assert [each.identity for each in reading.records[1:]] == [("0.0.0.0", "", 22)]


def test_what_is_said_below_a_line_that_is_not_understood_belongs_to_no_socket() -> None:
    text = "ESTAB 0 0 10.0.0.1:179 10.0.0.2:1\nESTAB oops\n\t cubic md5keys:10.0.0.3/32=k\n"
    reading = sockets(TITLE + text)
    assert [each.line for each in reading.ledger.unknown] == [3, 4]
    (_, record) = reading.records
    assert isinstance(record, TcpSocket)
    assert not record.has_md5_keys


def test_a_key_of_tcp_md5_is_in_no_record() -> None:
    text = f"s3cret{TITLE}ESTAB 0 0 10.0.0.1:179 10.0.0.2:1\n\t cubic md5keys:10.0.0.2/32=s3cret\n"
    reading = sockets(text)
    assert reading.ledger.unknown == ()
    assert "s3cret" not in repr(reading.records)
    assert "has_md5_keys=True" in repr(reading.records)


@pytest.mark.parametrize(
    "command",
    [
        *("ss -tan", "ss -tn", "ss -tlnp", "ss -tanp", "sudo ss -lntp", "ss -n --tcp"),
        *("ss -tanpie ( sport = :179 or dport = :179 )", "ip netns exec a ss -nat"),
        *("netstat -tan", "netstat -ltnp", "sudo netstat -antp"),
    ],
)
def test_sockets_are_read_however_they_are_asked_for(command: str) -> None:
    assert catalogue.find(command).probe.name == "ss-bgp"
