"""What is legal and looks odd in the output of ``ip``, each thing by itself.

All of it was found in random namespaces (``tests/oracle``).
"""

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.read import read, read_text
from parsers.records import Address, Interface, Neighbour, Route, Rule
from parsers.roles import Record

HEAD = "<UP> mtu 1500 qdisc noop state DOWN group default qlen 1000\n"
ETHER = "    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff"


def link(name: str, kind: str, index: int = 2, *, further: str = "") -> str:
    return f"{index}: {name}: {HEAD}{ETHER}{further}\n    {kind} numtxqueues 1 \n"


def read_all(probe: str, text: str) -> tuple[Record, ...]:
    reading = read_text(probe, text.encode())
    assert reading.ledger.unknown == ()
    return reading.records


def interfaces(text: str) -> list[tuple[str, str, int | None]]:
    found = [each for each in read_all("ip-addr", text) if isinstance(each, Interface)]
    return [(each.name, each.lower, each.peer_index) for each in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (link("eth0.5@eth0", "vlan"), [("eth0.5", "eth0", None)]),
        (link("a@b", "bridge"), [("a@b", "", None)]),
        (link("a@if3", "dummy"), [("a@if3", "", None)]),
        (link("a@b@if4", "veth", further=" link-netnsid 0"), [("a@b", "", 4)]),
        (link("a@if4", "veth"), [("a", "", 4)]),
        (link("t@NONE", "ipip"), [("t", "", None)]),
        (
            link("a@b@c", "veth") + link("c@a@b", "veth", 3) + link("a", "dummy", 4),
            [("a@b", "c", None), ("c", "a@b", None), ("a", "", None)],
        ),
        (
            link("m@x@y", "macvlan") + link("x@y", "bridge", 3),
            [("m", "x@y", None), ("x@y", "", None)],
        ),
        (
            link("v@if7", "veth") + link("if7@v", "veth", 7),
            [("v", "if7", None), ("if7", "v", None)],
        ),
        (
            link("a@b", "macvlan") + "    inet 192.0.2.1/24 scope global a@b\n",
            [("a@b", "", None)],
        ),
    ],
)
def test_a_name_may_hold_an_at_sign(text: str, expected: list[tuple[str, str, int | None]]) -> None:
    assert interfaces(text) == expected


def test_blanks_of_unicode_are_part_of_a_name() -> None:
    (found,) = interfaces(link("p\u2028q", "dummy"))
    assert found == (r"p\u2028q", "", None)


@pytest.mark.parametrize("name", ["secondary", "scope", "dynamic", "proto", "brd"])
def test_a_label_may_read_like_a_flag_or_a_key(name: str) -> None:
    text = link(name, "dummy") + f"    inet 192.0.2.1/24 scope global {name}\n"
    text += f"    inet 192.0.2.2/24 scope global secondary {name}:x\n"
    first, second = (each for each in read_all("ip-addr", text) if isinstance(each, Address))
    assert (first.label, first.flags) == (name, ())
    assert (second.label, second.flags) == (f"{name}:x", ("secondary",))


def test_an_address_line_that_was_cut_has_no_label() -> None:
    text = link("eth0", "dummy") + "    inet 192.0.2.1/24 scope\n"
    reading = read_text("ip-addr", text.encode())
    assert [each.text for each in reading.ledger.unknown] == ["    inet 192.0.2.1/24 scope"]
    assert [type(each) for each in reading.records] == [Interface]


@pytest.mark.parametrize("name", ["inet", "lock", "metric", "proto", "linkdown", "onlink", "via"])
def test_a_device_may_read_like_a_keyword(name: str) -> None:
    (route,) = read_all("ip-route", f"10.0.0.0/8 via 192.0.2.1 dev {name} proto static metric 5\n")
    assert isinstance(route, Route)
    assert [hop.device for hop in route.next_hops] == [name]
    assert (route.protocol, route.metric, route.attributes) == ("static", 5, ())


def test_a_tos_behind_an_encapsulation_is_the_routes() -> None:
    encap = "encap ip id 7 src 0.0.0.0 dst 192.0.2.9 ttl 0 tos 0"
    for tos, expected in (("", ""), (" tos 0x10", "0x10")):
        (route,) = read_all("ip-route", f"10.0.0.0/8  {encap}{tos} dev eth0 scope link\n")
        assert isinstance(route, Route)
        assert route.tos == expected
        assert route.next_hops[0].encap == encap.removeprefix("encap ")


def test_a_next_hop_object_stands_before_an_encapsulation() -> None:
    text = "10.0.0.0/8 nhid 6  encap seg6 mode encap segs 1 [ 2001:db8::1 ] dev eth0 scope link\n"
    (route,) = read_all("ip-route", text)
    assert isinstance(route, Route)
    assert route.next_hop_id == "6"
    assert route.next_hops[0].encap == "seg6 mode encap segs 1 [ 2001:db8::1 ]"


def test_realms_end_the_encapsulation_of_one_hop_of_several() -> None:
    hop = "nexthop encap seg6 mode encap segs 1 [ 2001:db8::1 ] realms 3/4 dev eth0 weight 1"
    (route,) = read_all("ip-route", f"10.0.0.0/8 \n\t{hop} \n")
    assert isinstance(route, Route)
    assert route.attributes == ("realms 3/4",)
    assert route.next_hops[0].encap == "seg6 mode encap segs 1 [ 2001:db8::1 ]"


def test_an_ipv6_address_ends_in_dots_where_ip_prints_it_so() -> None:
    """Not every version of Python's ``ipaddress`` prints it alike."""
    text = "::ffff:10.1.0.0/112 via ::192.0.2.1 dev eth0 metric 1024 pref medium\n"
    (route,) = read_all("ip6-route", text)
    assert isinstance(route, Route)
    assert (route.prefix, route.next_hops[0].gateway) == ("::ffff:10.1.0.0/112", "::192.0.2.1")


@pytest.mark.parametrize(
    ("line", "selector", "action"),
    [
        ("from all lookup [l3mdev-table]", "from all", "lookup [l3mdev-table]"),
        (
            "from all iif x lookup [l3mdev-table] ipproto tcp sport 5-9",
            "from all iif x ipproto tcp sport 5-9",
            "lookup [l3mdev-table]",
        ),
        ("from all lookup [l3mdev-table] prohibit", "from all l3mdev", "prohibit"),
        ("from all oif [detached] lookup 5", "from all oif [detached]", "lookup 5"),
    ],
)
def test_a_rule_for_devices_with_their_own_table(line: str, selector: str, action: str) -> None:
    (rule,) = read_all("ip-rule", f"1000:\t{line}\n")
    assert isinstance(rule, Rule)
    assert (rule.selector, rule.action, rule.attributes) == (selector, action, ())


def test_a_rules_realm_may_stand_without_the_word() -> None:
    """iproute2 4.15 prints it so, and "realms 3/5" with it."""
    (rule,) = read_all("ip-rule", "5:\tfrom all lookup main suppress_prefixlength 0 5 \n")
    assert isinstance(rule, Rule)
    assert (rule.action, rule.attributes) == (
        "lookup main",
        ("realms 5", "suppress_prefixlength 0"),
    )


@pytest.mark.parametrize(
    ("line", "nud", "condition", "mac"),
    [
        ("dev eth0 extern_learn proto bird", "NONE", "unresolved", ""),
        ("dev eth0 lladdr 02:00:00:00:00:01 NOARP proto 255", "NOARP", "permanent", "02:"),
        ("dev tun0 lladdr 08 managed extern_learn NOARP", "NOARP", "permanent", ""),
        ("dev eth0 proxy", "", "permanent", ""),
    ],
)
def test_a_neighbour_without_a_state_or_with_more_behind_it(
    line: str, nud: str, condition: str, mac: str
) -> None:
    (entry,) = read_all("ip-neigh", f"192.0.2.9 {line} \n")
    assert isinstance(entry, Neighbour)
    assert (entry.nud, entry.condition, entry.mac[:3]) == (nud, condition, mac)
    assert entry.protocol == (line.rpartition("proto ")[2] if "proto " in line else "")


@pytest.mark.parametrize("device", ["proto", "dev", "lladdr", "STALE", "proxy", "router"])
def test_a_neighbours_device_may_be_named_like_a_word_of_ips(device: str) -> None:
    for rest in ("INCOMPLETE", "lladdr 02:00:00:00:00:01 STALE proto bird", "router STALE"):
        (entry,) = read_all("ip-neigh", f"192.0.2.9 dev {device} {rest} \n")
        assert isinstance(entry, Neighbour)
        assert (entry.device, entry.nud in rest) == (device, True)
        assert entry.flags == (("router",) if "router" in rest else ())
        assert entry.protocol == ("bird" if "proto" in rest else "")


@pytest.mark.parametrize("probe", ["ip-addr", "ip-counters"])
def test_a_leftover_in_run_netns_blinds_nobody(probe: str) -> None:
    stderr = b"Error: Peer netns reference is invalid.\n"
    text = f"2: eth0: {HEAD}{ETHER}\n".encode()
    question = Question(probe)
    said = Capture("k8s1", question, "", Outcome.ANSWERED, 0, text, stderr)
    assert read(said).blind == ""
    odd = Capture("k8s1", question, "", Outcome.ANSWERED, 0, text, stderr + b"Dump terminated\n")
    assert read(odd).blind == "it said: Dump terminated"


def test_netlink_names_are_as_visible_as_those_of_a_text() -> None:
    names = '["IFLA_IFNAME", "a\\udcff\\u001b"], ["IFLA_IFALIAS", "\\u2028"]'
    plain = '["IFLA_OPERSTATE", "UP"], ["IFLA_QDISC", "noop"]'
    text = f'{{"attrs": [{names}, {plain}], "index": 7, "ifi_type": 1, "flags": 1, '
    (found,) = read_all("netlink-addr", text + '"event": "RTM_NEWLINK"}\n')
    assert isinstance(found, Interface)
    assert (found.name, found.alias) == (r"a\xff\x1b", r"\u2028")


def test_netlink_tells_next_hop_objects_that_pyroute2_has_no_name_for() -> None:
    attributes = '["RTA_DST", "10.0.0.0"], ["UNKNOWN", {"type": 30, "data": "07000000"}]'
    text = f'{{"attrs": [{attributes}], "family": 2, "dst_len": 8, "src_len": 0, "tos": 0, '
    text += '"table": 254, "proto": 12, "scope": 0, "type": 1, "flags": 0, "event": "RTM_NEWROUTE"}'
    (route,) = read_all("netlink-route", text + "\n")
    assert isinstance(route, Route)
    assert route.next_hop_id == "7"
