"""BIRD's routes, channels and status: each route by its own protocol, and nothing made up."""

import pytest

from parsers.bird import read_protocols
from parsers.birdroutes import read_routes
from parsers.birdstatus import read_status
from parsers.catalogue import find
from parsers.reading import Reading
from parsers.records import BirdChannel, BirdProtocol, BirdRoute, BirdStatus, NextHop
from parsers.text import Text
from tests.golden import SAMPLES

VERSIONS = ("bird-1.6", "bird-2.0", "bird-2.17", "bird-3.1")
FROM_PEER = "via 10.128.0.1 on ens4 [Mesh_a 09:23:23 from 10.128.0.241] * (100/?) [i]"


def _sample(probe: str, case: str) -> Text:
    return Text((SAMPLES / probe / f"{case}.txt").read_text("utf-8"), probe)


def _routes(reading: Reading) -> list[BirdRoute]:
    return [each for each in reading.records if isinstance(each, BirdRoute)]


def _unknown(reading: Reading) -> list[int]:
    return [each.line for each in reading.ledger.unknown]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_tells_the_same_of_the_same_routes(version: str) -> None:
    found = {
        each.prefix: each
        for each in _routes(read_routes(_sample("birdcl-routes", version)))
        if each.primary
    }
    assert {found[f"192.168.1.{n}/26"].type for n in (0, 64)} == {"unreachable", "prohibit"}
    assert found["192.168.167.64/26"].type == "blackhole"
    assert found["192.168.2.0/24"].type == "unicast"
    assert found["192.168.2.0/24"].next_hops == (
        NextHop("172.16.77.52", "near", 2),
        NextHop("172.16.77.53", "near", 1),
    )
    assert found["10.201.0.0/16"].next_hops == (NextHop("172.16.77.52", "near"),)
    assert found["10.201.0.0/16"].protocol == "Mesh_172_16_77_52"
    assert any("64512,17" in each for each in found["10.201.0.0/16"].attributes)
    assert [each.prefix for each in found.values() if each.refused] == ["192.168.3.0/24"]


def test_another_route_to_a_prefix_is_of_its_own_protocol_and_not_the_primary() -> None:
    said = (
        f"10.0.0.0/26        {FROM_PEER}\n\tType: BGP unicast univ\n"
        "                   blackhole [kernel1 09:23:21] (10)\n\tType: inherit unicast univ\n"
    )
    first, second = _routes(read_routes(Text(said)))
    assert (first.prefix, second.prefix) == ("10.0.0.0/26", "10.0.0.0/26")
    assert (first.primary, second.primary) == (True, False)
    assert (first.source, second.source) == ("BGP unicast univ", "inherit unicast univ")
    assert (first.sender, first.preference, second.preference) == ("10.128.0.241", 100, 10)


def test_what_stands_below_an_unknown_line_is_not_put_down_to_the_route_above() -> None:
    said = (
        f"10.0.0.0/26        {FROM_PEER}\n10.0.1.0/26 sideways [static1 09:23:21] * (200)\n"
        f"\tvia 10.0.0.9 on ens4\n                   {FROM_PEER}\n"
    )
    reading = read_routes(Text(said))
    (route,) = _routes(reading)
    assert route.next_hops == (NextHop("10.128.0.1", "ens4"),)
    assert _unknown(reading) == [2, 3, 4]


@pytest.mark.parametrize(
    "line",
    [
        "10.0.0.300/26      blackhole [static1 09:23:21] * (200)",
        "10.0.0.1/26        blackhole [static1 09:23:21] * (200)",  # bits beyond the length
        "10.0.0.0/26        via 10.0.0.999 on ens4 [static1 09:23:21] * (200)",
        "10.0.0.0/26        via 10.0.0.1 on ens4 [a 09:23:21 from 1.2.3] * (200)",
        "10.0.0.0/33-40 AS1  [roas 09:23:21] * (200)",
    ],
)
def test_a_route_of_impossible_values_is_unknown_with_all_its_lines(line: str) -> None:
    reading = read_routes(Text(f"BIRD 1.6.8 ready.\n{line}\n\tType: static unicast univ\n"))
    assert reading.records == ()
    assert _unknown(reading) == [2, 3]


def test_a_table_is_the_one_named_above() -> None:
    routes = _routes(read_routes(_sample("birdcl-routes", "bird-2.17")))
    assert {each.table for each in routes} == {"master4", "master6", "roas4", "flows4"}
    assert {each.table for each in routes if ":" in each.prefix} >= {"master6"}


def test_an_empty_table_is_an_answer_and_silence_is_not() -> None:
    assert not read_routes(Text("BIRD 1.6.8 ready.\nAccess restricted\n")).blind
    assert read_routes(Text("")).blind


def test_names_in_bird_and_bird6_do_not_collide() -> None:
    four = read_protocols(_sample("birdcl-protocols", "bird-1.6")).records
    six = read_protocols(_sample("birdcl6-protocols", "bird6-1.6")).records
    names = [{each.name for each in some if isinstance(each, BirdProtocol)} for some in (four, six)]
    assert names[0] & names[1]
    assert not {each.identity for each in four} & {each.identity for each in six}


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_each_channel_tells_its_own_table_filters_and_counts(version: str) -> None:
    reading = read_protocols(_sample("birdcl-protocols", version))
    channels = {
        (each.protocol, each.name): each
        for each in reading.records
        if isinstance(each, BirdChannel)
    }
    four, six = channels["Mesh_172_16_77_52", "ipv4"], channels["Mesh_172_16_77_52", "ipv6"]
    assert (four.table, six.table) == ("master4", "master6")
    assert (four.export_filter, six.export_filter) == ("calico_pools", "ACCEPT")
    assert (four.limits, six.limits) == (("Import limit 100 block",), ())
    assert (four.routes_imported, six.routes_imported) == (2, 1)


def test_bird_1_has_no_channels() -> None:
    found = read_protocols(_sample("birdcl-protocols", "bird-1.6")).records
    assert not [each for each in found if isinstance(each, BirdChannel)]


def test_a_recovery_after_a_graceful_restart_is_told() -> None:
    said = (
        "0001 BIRD v0.3.3+birdv1.6.8 ready.\n1000-BIRD v0.3.3+birdv1.6.8\n"
        "1011-Router ID is 10.0.0.1\n Current server time is 2026-11-23 12:00:00\n"
        "0024-Graceful restart recovery in progress\n   Waiting for 2 protocols to recover\n"
        "   Wait timer is 110/120\n0013 Daemon is up and running\n"
    )
    reading = read_status(Text(said))
    assert reading.ledger.unknown == ()
    (status,) = reading.records
    assert isinstance(status, BirdStatus)
    assert status.version == "v0.3.3+birdv1.6.8"
    assert status.recovering
    assert status.details == ("Waiting for 2 protocols to recover", "Wait timer is 110/120")


def test_a_text_without_a_version_is_no_status() -> None:
    assert read_status(Text("Unable to connect to server control socket\n")).blind


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("birdcl show protocols all", "birdcl-protocols"),
        ("sudo birdc -r -s /var/run/calico/bird.ctl show protocols", "birdcl-protocols"),
        ("birdcl -s /var/run/calico/bird6.ctl show protocols all", "birdcl6-protocols"),
        ("birdc6 show route", "birdcl6-routes"),
        ("birdcl show route for 10.0.0.1 all", "birdcl-routes"),
        ("birdc show route table T1 all", "birdcl-routes"),
        ("kubectl exec -n kube-system calico-node-x -- birdcl show status", "birdcl-status"),
        ("docker exec calico-node birdcl6 show status", "birdcl6-status"),
        ("cat /etc/calico/confd/config/bird_ipam.cfg", "bird-config"),
        ("docker exec calico-node cat /etc/calico/confd/config/bird6.cfg", "bird-config"),
    ],
)
def test_commands_are_found_as_people_type_them(typed: str, probe: str) -> None:
    assert find(typed).probe.name == probe


def test_what_kubectl_says_first_is_no_fact_and_no_unknown() -> None:
    said = 'Defaulted container "calico-node" out of: calico-node, install-cni (init)\n'
    for reader, probe in (
        (read_protocols, "birdcl-protocols"),
        (read_routes, "birdcl-routes"),
        (read_status, "birdcl-status"),
    ):
        text = _sample(probe, "bird-1.6")
        reading = reader(Text(said + text.content, probe))
        assert reading.records == reader(text).records
        assert reading.ledger.unknown == ()
