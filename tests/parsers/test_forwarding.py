"""Bridges, forwarding entries, queues and filters: what was set is state, what moves is not."""

from pathlib import Path

import pytest

from parsers.read import read_text
from parsers.records import (
    BridgePort,
    BridgeVlan,
    FdbEntry,
    FdbMoving,
    Qdisc,
    TcClass,
    TcFilter,
)
from parsers.roles import Record, Role, fields_of
from tests.golden import SAMPLES, name

FDB = b"""\
02:00:00:00:05:01 dev vxlan.calico dst 192.0.2.47 self permanent
33:33:00:00:00:01 dev eth0 self permanent
02:00:00:00:00:07 dev port0 master br0
"""
QDISC = b"""\
qdisc fq_codel 0: dev eth0 root refcnt 2 limit 10240p flows 1024 quantum 1514 target 5ms
 Sent 100 bytes 2 pkt (dropped 1, overlimits 3 requeues 4)
 rate 10Kbit 2pps backlog 12Kb 8p requeues 4
  maxpacket 0 drop_overlimit 0 new_flow_count 0 ecn_mark 0
  new_flows_len 0 old_flows_len 0
"""
BPF = b"""\
device eth0 parent ffff:fff2
filter protocol all pref 1 bpf chain 0
filter protocol all pref 1 bpf chain 0 handle 0x1 cil_from_netdev-eth0 direct-action not_in_hw \
id 1234 tag 2f8d jited
"""


def records(command: str, text: bytes, unknown: int = 0) -> tuple[Record, ...]:
    reading = read_text(command, text)
    assert len(reading.ledger.unknown) == unknown, reading.ledger.unknown
    return reading.records


def state(record: Record) -> list[object]:
    roles = (Role.IDENTITY, Role.STATE)
    own_type: type = type(record)
    return [getattr(record, each) for role in roles for each in fields_of(own_type, role)]


def versions(probe: str) -> list[Path]:
    return sorted(SAMPLES.glob(f"{probe}/iproute2-*.txt"))


@pytest.mark.parametrize("sample", versions("bridge-fdb"), ids=name)
def test_every_version_of_bridge_tells_of_the_same_entries(sample: Path) -> None:
    newest = records("bridge-fdb", versions("bridge-fdb")[-1].read_bytes())
    ours = records("bridge-fdb", sample.read_bytes())
    assert {each.identity for each in newest} - {each.identity for each in ours} <= {
        ("port0", "02:00:00:00:04:0b", None, None, "master", "")  # 4.3 knows no extern_learn
    }
    assert {each.identity for each in ours} <= {each.identity for each in newest}


@pytest.mark.parametrize("probe", ["tc-qdisc", "tc-class", "tc-filter", "bridge-link"])
def test_every_version_tells_of_the_same_things(probe: str) -> None:
    told = [{each.identity for each in records(probe, s.read_bytes())} for s in versions(probe)]
    assert len(told) == 5
    assert all(each == told[0] and each for each in told)


def test_a_learned_entry_makes_no_record_of_its_own() -> None:
    more = FDB + b"02:00:00:00:00:08 dev port0 used 2/3 master br0\n"
    assert [state(each) for each in records("bridge fdb show", FDB)] == [
        state(each) for each in records("bridge fdb show", more)
    ]
    learned = next(each for each in records("bridge fdb", more) if isinstance(each, FdbMoving))
    assert learned.entries == (
        "02:00:00:00:00:07 dev port0 master br0",
        "02:00:00:00:00:08 dev port0 master br0",
    )


def test_a_table_without_learned_entries_still_says_that_there_are_none() -> None:
    moving = [each for each in records("bridge fdb", FDB[:65]) if isinstance(each, FdbMoving)]
    assert [(each.origin, each.entries) for each in moving] == [("learned", ()), ("multicast", ())]


def test_another_vtep_of_an_address_is_a_change_of_one_entry() -> None:
    before, after = (
        next(each for each in records("bridge fdb", text) if isinstance(each, FdbEntry))
        for text in (FDB, FDB.replace(b"192.0.2.47", b"192.0.2.99"))
    )
    assert before.identity == after.identity
    assert (before.destination, after.destination) == ("192.0.2.47", "192.0.2.99")


def test_a_vtep_behind_a_device_of_another_namespace_is_read() -> None:
    text = (
        b"02:00:00:00:00:04 dev vxlan0 dst 2001:db8::9 port 8472 vni 7 src_vni 9 via ifindex 1"
        b" link-netnsid 3 self extern_learn permanent\n"
    )
    entry = next(each for each in records("bridge fdb", text) if isinstance(each, FdbEntry))
    assert (entry.via, entry.vni, entry.source_vni, entry.port) == ("ifindex 1", 7, 9, 8472)
    assert entry.flags == ("extern_learn", "permanent")
    assert entry.others == ("link-netnsid 3",)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("bridge fdb show dev vx0", b"02:00:00:00:00:01 dst 192.0.2.1 self permanent\n"),
        ("bridge fdb show br br0 dev vx0", b"02:00:00:00:00:01 master br0 static\n"),
        ("tc -s qdisc show dev vx0", b"qdisc noqueue 0: root refcnt 2\n"),
        ("tc filter show dev vx0 ingress", b"filter protocol ip pref 1 u32 chain 0\n"),
    ],
)
def test_the_typed_device_is_the_answers(command: str, line: bytes) -> None:
    told = [each for each in records(command, line) if not isinstance(each, FdbMoving)]
    assert [getattr(each, "device", "") for each in told] == ["vx0"]


def test_each_vtep_that_floods_go_to_is_an_entry() -> None:
    text = b"".join(
        b"00:00:00:00:00:00 dev vxlan0 dst 192.0.2.%d self permanent\n" % n for n in (1, 2)
    )
    entries = [each for each in records("bridge fdb", text) if isinstance(each, FdbEntry)]
    assert [each.remote for each in entries] == ["192.0.2.1", "192.0.2.2"]
    assert len({each.identity for each in entries}) == 2


@pytest.mark.parametrize(
    "line",
    [
        b"02:00:00:00:05:01 dev vxlan0 dst 192.0.2.300 self permanent\n",
        b"02:00:00:00:05:01 dst 192.0.2.3 self permanent\n",
        b"02:00:00:00:05:01 dev a dev b self permanent\n",
        b"02:00:00:00:05:01 dev a self permanent surprising\n",
        b"02:00:00:00:05 dev a self permanent\n",
    ],
)
def test_an_entry_that_is_none_is_unknown(line: bytes) -> None:
    assert records("bridge fdb", line, unknown=1) == ()


def test_a_card_in_bridge_mode_is_a_port_of_no_bridge() -> None:
    text = b"2: eno1: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 hwmode VEB\n"
    (port,) = records("bridge link", text)
    assert isinstance(port, BridgePort)
    assert (port.bridge, port.options) == ("", ("hwmode VEB",))


NEW_VLANS = b"""\
port              vlan-id
eth1              1 PVID Egress Untagged
                  10
                  20-30
br0               1 Egress Untagged
"""
OLD_VLANS = b"""\
port\tvlan ids
eth1\t 1 PVID Egress Untagged
\t 10
\t 20-30

br0\t 1 Egress Untagged

eth2\tNone
"""


@pytest.mark.parametrize("text", [NEW_VLANS, OLD_VLANS])
def test_vlans_are_put_down_to_their_port(text: bytes) -> None:
    assert records("bridge vlan show", text) == (
        BridgeVlan("eth1", "1", ("PVID", "Egress Untagged")),
        BridgeVlan("eth1", "10"),
        BridgeVlan("eth1", "20-30"),
        BridgeVlan("br0", "1", ("Egress Untagged",)),
    )


def test_what_a_queue_counts_is_no_state() -> None:
    (qdisc,) = records("tc -s qdisc show", QDISC)
    assert isinstance(qdisc, Qdisc)
    assert qdisc.options == "limit 10240p flows 1024 quantum 1514 target 5ms"
    assert (qdisc.sent_bytes, qdisc.dropped, qdisc.overlimits) == (100, 1, 3)
    assert qdisc.backlog == "12Kb 8p"
    assert len(qdisc.statistics) == 2
    (other,) = records("tc qdisc", QDISC.splitlines()[0])
    assert state(other) == state(qdisc)


def test_a_queues_line_of_another_kind_is_unknown() -> None:
    records("tc -s qdisc", QDISC + b"  surprise 3\n", unknown=1)


def test_a_program_that_was_loaded_again_is_the_same_filter() -> None:
    before = records("tc filter show", BPF)
    after = records("tc filter show", BPF.replace(b"id 1234", b"id 99"))
    assert [state(each) for each in before] == [state(each) for each in after]
    last = before[-1]
    assert isinstance(last, TcFilter)
    assert (last.device, last.parent, last.handle) == ("eth0", "ingress", "0x1")
    assert last.rule == ("cil_from_netdev-eth0 direct-action not_in_hw tag 2f8d jited",)
    other = records("tc filter show", BPF.replace(b"2f8d", b"beef"))
    assert state(other[-1]) != state(last)


def test_a_class_that_may_send_less_is_changed() -> None:
    text = (
        b"device eth0\nclass htb 1:10 parent 1:1 leaf 10: prio 0 rate 5Mbit ceil 6Mbit\n"
        b" Sent 0 bytes 0 pkt (dropped 0, overlimits 0 requeues 0)\n"
        b" rate 0bit 0pps backlog 0b 0p requeues 0\n"
        b" lended: 0 borrowed: 0 giants: 0\n tokens: 384000 ctokens: 33328\n\n"
        b"class htb 1:1 root rate 6Mbit ceil 6Mbit\n"
    )
    before, root = records("tc class show", text)
    assert isinstance(before, TcClass)
    assert isinstance(root, TcClass)
    assert (before.device, before.name, before.parent) == ("eth0", "1:10", "1:1")
    assert (root.device, root.name, root.parent) == ("eth0", "1:1", "root")
    (counted, *_) = records("tc class show", text.replace(b"tokens: 384000", b"tokens: 7"))
    assert state(counted) == state(before)
    (slower, *_) = records("tc class show", text.replace(b"rate 5Mbit", b"rate 10Kbit"))
    assert slower.identity == before.identity
    assert state(slower) != state(before)


def test_a_class_below_a_line_that_is_not_understood_is_put_down_to_no_device() -> None:
    text = b"device eth0\nclass htb 1:1 root\nwhat\nclass htb 1:2 root\n"
    last = records("tc-class", text, unknown=1)[-1]
    assert isinstance(last, TcClass)
    assert last.device == ""


def test_a_filter_below_a_line_that_is_not_understood_is_put_down_to_no_device() -> None:
    text = BPF + b"devices eth1 parent 1:\nfilter protocol ip pref 2 u32\n"
    last = records("tc-filter", text, unknown=1)[-1]
    assert isinstance(last, TcFilter)
    assert (last.device, last.parent) == ("", "")
