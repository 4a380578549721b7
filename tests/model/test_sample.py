"""Who pings whom: bounded, alike in every sweep, and never an address that two have."""

import pytest

from collector.capture import HOST
from collector.script import script
from netsnap.model.network import Network
from netsnap.model.sample import MOST_NODES, MOST_WORKLOADS, _whole, plan, steps
from parsers.asked.ping import Ring, probe
from parsers.catalogue import probes
from parsers.entry import Profile
from parsers.records import Address
from tests.model.cluster import NODES, address_of, cluster, facts, pod_of


def test_the_nodes_and_two_workloads_of_each_ping_each_other() -> None:
    chosen = plan(Network.of(facts(cluster(pods=5))))
    assert [set(ring.addresses) for ring in chosen.nodes] == [set(NODES.values())]
    (ring,) = chosen.workloads
    for node in NODES:
        own = {address_of(node, number) for number in range(1, 6)}
        assert len(own & set(ring.addresses)) == 2
    assert chosen.pairs == 3 * 2 + 6 * 5
    assert chosen.packets == chosen.pairs * 4


def test_the_sample_stays_when_a_pod_of_another_name_goes() -> None:
    whole, less = cluster(pods=5), cluster(pods=5)
    (ring,) = plan(Network.of(facts(whole))).workloads
    left_out = next(n for n in range(1, 6) if address_of("k8s1", n) not in ring.addresses)
    del less["k8s1", pod_of("k8s1", left_out)]
    assert plan(Network.of(facts(less))).workloads == (ring,)


def test_an_address_that_two_have_is_not_pinged() -> None:
    world = cluster()
    for node in NODES:
        world[node, HOST].append(Address("docker0", 4, "172.17.0.1/16", scope="global"))
        world[node, pod_of(node, 1)].append(Address("eth1", 4, "10.9.9.9/24", scope="global"))
    chosen = plan(Network.of(facts(world)))
    pinged = {each for ring in chosen.rings for each in ring.addresses}
    assert not {"172.17.0.1", "10.9.9.9"} & pinged
    assert len(pinged) == 9


@pytest.mark.parametrize("hidden", [[], [("k8s2", HOST, "address")]])
def test_a_node_alone_pings_nobody(hidden: list[tuple[str, str, str]]) -> None:
    world = {place: records for place, records in cluster(pods=1).items() if place[0] == "k8s2"}
    assert plan(Network.of(facts(world, hidden=hidden))).rings == ()


@pytest.mark.parametrize("most", [MOST_NODES, MOST_WORKLOADS])
@pytest.mark.parametrize("members", [2, 3, 10, 33, 65, 66, 500, 2000])
def test_nobody_has_more_targets_than_it_may_and_each_is_another(members: int, most: int) -> None:
    taken = steps(members, most)
    assert len(taken) == len(set(taken)) == min(most, members - 1)
    assert all(0 < step < members for step in taken)
    assert len({members - step for step in taken} - set(taken)) <= 1


def test_one_member_more_leaves_the_near_targets_as_they_were() -> None:
    assert steps(500, 64)[:40:2] == steps(501, 64)[:40:2]


@pytest.mark.parametrize(
    "hostile", ["10.0.0.1;reboot", "$(reboot)", "10.0.0.01", "fe80::1%eth0", "::ffff:A00:1", "a b"]
)
def test_nothing_but_an_address_gets_into_the_command(hostile: str) -> None:
    with pytest.raises(ValueError, match="address"):
        probe([Ring(("10.0.0.2", hostile), (1,))])


def test_the_pings_of_a_thousand_nodes_fit_beside_all_other_questions() -> None:
    """The kernel takes 128 KiB in one variable of an environment; beyond, no namespace is read."""
    longest = tuple(f"2001:db8:aaaa:bbbb:cccc:dddd:{n:04}:{n:04}" for n in range(1000, 3000))
    chosen = next(_whole(longest))
    assert len(chosen) > 300
    rings = [Ring(chosen, steps(len(chosen), 64))] * 4
    asked = (*probes(Profile.FULL), probe(rings))
    program = script(asked, marker="0" * 32, budget=60, output_limit=1)
    assert len(program) < 128 * 1024
