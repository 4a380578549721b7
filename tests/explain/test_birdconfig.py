"""A changed bird.cfg is the cause of the sessions and routes it decides about, and of no others."""

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Proof
from parsers.birdconfig import read_config
from parsers.facts import Facts
from parsers.records import (
    BirdProtocol,
    BirdRoute,
    CalicoPeer,
    Container,
    Daemon,
    NextHop,
    Route,
)
from parsers.text import Text
from tests.explain.test_explain import cut_session, session_down, with_bgp
from tests.explain.test_intent import OBJECTS
from tests.explain.test_intent import told as told_by_calico
from tests.model.cluster import BLOCKS, NIC, NODES, World, cluster, facts, find, swap

CONFIGURATION = """\
==> bird /etc/calico/confd/config/bird.cfg <==
router id {own};
filter calico_export {{
  if ( net = {block} ) then accept;
  reject;
}}
filter nobody_asks {{ reject; }}
protocol static {{ route {block} blackhole; }}
protocol kernel {{ persist; export all; }}
template bgp bgp_template {{
  description "a peer";
  local as 64512;
  import all;
  export filter calico_export;
  source address {own};
}}
"""
PEER = """\
protocol bgp Mesh_{name} from bgp_template {{
  neighbor {address} as 64512;
}}
"""
Edit = tuple[str, str, str]
"""A node, and what stands in its configuration for what."""


def text(node: str) -> str:
    peers = (
        PEER.format(name=address.replace(".", "_"), address=address)
        for other, address in NODES.items()
        if other != node
    )
    own = CONFIGURATION.format(own=NODES[node], block=BLOCKS[node])
    return own + "".join(peers)


def configured(world: World, *edits: Edit) -> World:
    """Give every node its BIRD's configuration, edited."""
    for node in NODES:
        made = text(node)
        for where, old, new in edits:
            if where == node:
                assert old in made
                made = made.replace(old, new)
        reading = read_config(Text(made))
        assert not reading.ledger.unknown
        world[node, HOST] += reading.records
    return world


def explained(after: World, *edits: Edit) -> Explanation:
    t1 = facts(configured(with_bgp(cluster())))
    t2 = facts(configured(after, *edits))
    return explain(t1, t2, compare(t1, t2), lambda _: b"raw line\n" * 99)


def isolate(world: World, node: str) -> None:
    """End both sessions of a node."""
    for other in NODES:
        if other != node:
            session_down(world, node, other)
            session_down(world, other, node)


def lose(world: World, *nodes: str) -> None:
    """Take k8s3's block out of these nodes' kernels; the sessions stand."""
    for node in nodes:
        at = (node, HOST)
        swap(world, at, find(world, at, Route, 4, "main", BLOCKS["k8s3"]))


def test_a_changed_number_is_the_one_cause_of_both_sessions() -> None:
    after = with_bgp(cluster())
    isolate(after, "k8s3")
    (cause,) = explained(after, ("k8s3", "local as 64512", "local as 64513")).causes
    assert cause.sentence == (
        "k8s3's BIRD configuration changed: “local as 64512” → “local as 64513”"
        " in template bgp bgp_template."
    )
    assert (cause.what, cause.subject) == ("BIRD configuration", "template bgp bgp_template")
    assert (cause.node, cause.proof) == ("k8s3", Proof.RULE)
    assert (cause.before, cause.after) == ("local as 64512", "local as 64513")
    assert len(cause.explains) == 16


@pytest.mark.parametrize(
    ("old", "new", "is_cause"),
    [
        ("neighbor 172.16.0.57 as 64512;", 'neighbor 172.16.0.57 as 64512; password "x";', True),
        ("neighbor 172.16.0.57 as 64512", "neighbor 172.16.0.57 as 64999", True),
        ("neighbor 172.16.0.55 as 64512;", 'neighbor 172.16.0.55 as 64512; password "x";', False),
        ('description "a peer"', 'description "my peer"', False),
        ("import all", "import none", False),  # a filter ends no session
        ("filter nobody_asks { reject", "filter nobody_asks { accept", False),
        ("router id 172.16.0.47", "router id 172.16.0.48", True),
    ],
)
def test_only_the_statements_of_a_session_end_it(old: str, new: str, *, is_cause: bool) -> None:
    after = with_bgp(cluster())
    cut_session(after)
    (cause,) = explained(after, ("k8s3", old, new)).causes
    assert cause.what == ("BIRD configuration" if is_cause else "BGP session")


@pytest.mark.parametrize(
    ("at", "edit"),
    [
        (("k8s1", "k8s2"), ("k8s3", "accept;\n", "reject;\n")),
        (("k8s1", "k8s2"), ("k8s3", "export filter calico_export", "export none")),
        (("k8s1", "k8s2"), ("k8s3", "source address 172.16.0.47", "source address 10.9.9.9")),
        (("k8s1",), ("k8s1", "172.16.0.47 as 64512;", "172.16.0.47 as 64512; import none;")),
        (("k8s1",), ("k8s1", "export all", "export where net != 192.168.23.192/26")),
    ],
)
def test_a_block_that_is_lost_while_the_session_stands_is_lost_by_a_filter(
    at: tuple[str, ...], edit: Edit
) -> None:
    after = with_bgp(cluster())
    lose(after, *at)
    (cause,) = explained(after, edit).causes
    assert (cause.what, cause.node) == ("BIRD configuration", edit[0])
    assert len(cause.explains) == 8 * len(at)


@pytest.mark.parametrize(
    "edit",
    [
        ("k8s1", "export all", "export where net != 10.0.0.0/8"),  # of another prefix
        ("k8s2", "import all", "import none"),  # of another node
        ("k8s1", "filter nobody_asks { reject", "filter nobody_asks { accept"),
        ("k8s1", "172.16.0.57 as 64512;", "172.16.0.57 as 64512; import none;"),
    ],
)
def test_a_filter_that_does_not_decide_about_a_route_is_not_its_cause(edit: Edit) -> None:
    after = with_bgp(cluster())
    lose(after, "k8s1")
    (cause,) = explained(after, edit).causes
    assert (cause.what, cause.node) == ("route", "k8s1")


def test_a_session_that_fell_by_itself_explains_its_routes_whatever_the_filters_say() -> None:
    after = with_bgp(cluster())
    cut_session(after)
    (cause,) = explained(after, ("k8s3", "accept;\n", "reject;\n")).causes
    assert cause.what == "BGP session"


def test_calicos_object_stands_above_the_configuration_that_is_made_of_it() -> None:
    number = OBJECTS.replace("asNumber: 64512", "asNumber: 64513")
    after = with_bgp(cluster())
    isolate(after, "k8s3")
    before, after = (
        configured(with_bgp(cluster())),
        configured(after, ("k8s3", "local as 64512", "local as 64513")),
    )
    (cause,) = told_by_calico(before, after, (OBJECTS, number)).causes
    assert cause.what == "Calico object"
    assert "BIRD configuration" in {effect.what for effect in cause.consequences}


def test_an_object_that_says_nothing_of_the_edit_is_not_above_it() -> None:
    mesh = OBJECTS.replace("Screen: Info", "Screen: Debug")
    after = with_bgp(cluster())
    isolate(after, "k8s3")
    before, after = (
        configured(with_bgp(cluster())),
        configured(after, ("k8s3", "local as 64512", "local as 64513")),
    )
    (cause,) = told_by_calico(before, after, (OBJECTS, mesh)).causes
    assert cause.what == "BIRD configuration"


def sentences(after: Facts) -> list[str]:
    return [each.finding.sentence for each in check(after, lambda _: b"raw line\n" * 99)]


@pytest.mark.parametrize(
    ("edits", "sentence"),
    [
        (
            (("k8s3", "local as 64512", "local as 64513"),),
            "k8s3 is configured to speak BGP as AS 64513, and k8s1 and k8s2 expect AS 64512",
        ),
        (
            (("k8s1", "172.16.0.47 as 64512", "172.16.0.47 as 64999"),),
            "k8s3 is configured to speak BGP as AS 64512, and k8s1 expects AS 64999",
        ),
        (
            (("k8s3", "172.16.0.55 as 64512;", '172.16.0.55 as 64512; password "masked:1";'),),
            "k8s3 has a BGP password for its session to k8s1, and k8s1 has none for k8s3",
        ),
        (
            (
                ("k8s3", "172.16.0.55 as 64512;", '172.16.0.55 as 64512; password "masked:1";'),
                ("k8s1", "172.16.0.47 as 64512;", '172.16.0.47 as 64512; password "masked:2";'),
            ),
            "k8s1 and k8s3 have different BGP passwords for their session",
        ),
        (
            (("k8s3", "source address 172.16.0.47", "source address 10.9.9.9"),),
            "k8s3's BIRD is to speak BGP from 10.9.9.9, which k8s3 does not have",
        ),
    ],
)
def test_ends_that_contradict_each_other_are_found_in_one_snapshot(
    edits: tuple[Edit, ...], sentence: str
) -> None:
    assert sentences(facts(configured(with_bgp(cluster()), *edits)))[0] == sentence


@pytest.mark.parametrize(
    "edits",
    [
        (),
        tuple((node, "local as 64512", "local 10.0.0.1 as 64512") for node in NODES),
        (
            ("k8s3", "172.16.0.55 as 64512;", '172.16.0.55 as 64512; password "masked:1";'),
            ("k8s1", "172.16.0.47 as 64512;", '172.16.0.47 as 64512; password "masked:1";'),
        ),
    ],
)
def test_ends_that_agree_are_no_finding(edits: tuple[Edit, ...]) -> None:
    assert not sentences(facts(configured(with_bgp(cluster()), *edits)))


def test_an_end_whose_configuration_was_not_read_contradicts_nobody() -> None:
    world = configured(with_bgp(cluster()), ("k8s3", "local as 64512", "local as 64513"))
    for other in ("k8s1", "k8s2"):
        at = (other, HOST)
        world[at] = [each for each in world[at] if each.kind != "bird-config"]
    assert not any("AS" in each for each in sentences(facts(world)))


def test_a_session_that_one_end_alone_waits_for_is_told_as_such() -> None:
    world = with_bgp(cluster())
    session_down(world, "k8s3", "k8s1")
    at = ("k8s1", HOST)
    swap(world, at, find(world, at, BirdProtocol, "Mesh_172_16_0_47"))
    swap(world, at, find(world, at, CalicoPeer, 4, NODES["k8s3"]))
    assert sentences(facts(world))[0] == (
        "k8s3 has a BGP session to k8s1, and k8s1 has none to k8s3: Connect "
        "(BGP Error: Hold timer expired)"
    )


def reflected(world: World) -> World:
    """Have k8s1 hear of k8s3's block from k8s2 alone, with k8s3 as the next hop."""
    for one, other in (("k8s1", "k8s3"), ("k8s3", "k8s1")):
        at, address = (one, HOST), NODES[other]
        swap(world, at, find(world, at, BirdProtocol, f"Mesh_{address.replace('.', '_')}"))
        swap(world, at, find(world, at, CalicoPeer, 4, address))
    hops = (NextHop(NODES["k8s3"], NIC),)
    world["k8s1", HOST] += [
        BirdRoute("bird", "", BLOCKS["k8s3"], "Mesh_172_16_0_57", "unicast", hops, primary=True),
        BirdRoute("bird", "", BLOCKS["k8s1"], "static1", "blackhole", primary=True),
    ]
    return world


@pytest.mark.parametrize("ends", [("k8s1", "k8s2"), ("k8s2", "k8s3")])
def test_a_reflected_route_hangs_on_the_sessions_of_the_reflector(ends: tuple[str, str]) -> None:
    before, after = reflected(with_bgp(cluster())), reflected(with_bgp(cluster()))
    for node, peer in (ends, ends[::-1]):
        session_down(after, node, peer)
    at = ("k8s1", HOST)
    swap(after, at, find(after, at, BirdRoute, "bird", "", BLOCKS["k8s3"], "Mesh_172_16_0_57"))
    for route in list(after[at]):
        if isinstance(route, Route) and route.prefix == BLOCKS["k8s3"]:
            swap(after, at, route)
    t1, t2 = facts(before), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"raw line\n" * 99).causes
    assert (cause.what, cause.subject) == ("BGP session", "–".join(ends))
    assert len(cause.explains) == 16


def container(image: str, status: str = "running") -> Container:
    return Container("calico-node", "calico-node", image=image, status=status)


@pytest.mark.parametrize(
    ("now", "what"),
    [
        (container("calico/node:v2"), "container"),
        (container("calico/node:v1"), "BIRD configuration"),
        (container("calico/node:v1", status="exited"), "BIRD configuration"),  # renders nothing
    ],
)
def test_another_image_of_calico_node_stands_above_what_it_renders(
    now: Container, what: str
) -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    before["k8s3", HOST].append(container("calico/node:v1"))
    after["k8s3", HOST].append(now)
    isolate(after, "k8s3")
    t1 = facts(configured(before))
    t2 = facts(configured(after, ("k8s3", "local as 64512", "local as 64513")))
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"raw line\n" * 99).causes
    assert (cause.what, cause.node, cause.proof) == (what, "k8s3", Proof.RULE)


@pytest.mark.parametrize(("status", "what"), [("exited", "container"), ("running", "daemon")])
def test_a_bird_that_ended_with_its_container_ended_by_it(status: str, what: str) -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    for world, state, said in ((before, "running", "running"), (after, "dead", status)):
        world["k8s3", HOST] += [Daemon("bird", state=state), container("calico/node:v1", said)]
    isolate(after, "k8s3")
    t1, t2 = facts(before), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"raw line\n" * 99).causes
    assert (cause.what, cause.node, cause.proof) == (what, "k8s3", Proof.RULE)


def test_the_other_end_of_two_that_were_changed_is_told_among_the_events() -> None:
    after = with_bgp(cluster())
    session_down(after, "k8s1", "k8s3")
    session_down(after, "k8s3", "k8s1")
    explanation = explained(
        after,
        ("k8s3", "172.16.0.55 as 64512;", '172.16.0.55 as 64512; password "masked:1";'),
        ("k8s1", "172.16.0.47 as 64512;", '172.16.0.47 as 64512; password "masked:2";'),
    )
    (cause,) = explanation.causes
    assert cause.node == "k8s1"
    assert any(
        event.startswith("k8s3's BIRD configuration changed: a password is new")
        for event in explanation.witnesses
    )


def test_a_block_that_is_missing_while_its_session_stands_is_kept_back_by_something() -> None:
    world = with_bgp(cluster())
    lose(world, "k8s1")
    missing = f"k8s1 has no route to {BLOCKS['k8s3']}, which k8s3 has"
    filtered = f"{missing}; their BGP session stands: a filter or a limit keeps it back"
    assert sentences(facts(world))[0] == filtered
    hops = (NextHop(NODES["k8s3"], NIC),)
    world["k8s1", HOST].append(
        BirdRoute("bird", "", BLOCKS["k8s3"], "Mesh_172_16_0_47", "unicast", hops, primary=True)
    )
    assert f"{missing}; its BIRD has it, and not its kernel" in sentences(facts(world))


def test_a_block_that_is_missing_with_its_session_is_not_said_to_be_filtered() -> None:
    world = with_bgp(cluster())
    cut_session(world)
    told = sentences(facts(world))
    assert f"k8s2 has no route to {BLOCKS['k8s3']}, which k8s3 has" in told


def test_an_edit_that_follows_is_told_in_words() -> None:
    number = OBJECTS.replace("asNumber: 64512", "asNumber: 64513")
    after = with_bgp(cluster())
    isolate(after, "k8s3")
    before = configured(with_bgp(cluster()))
    after = configured(after, ("k8s3", "local as 64512", "local as 64513"))
    (cause,) = told_by_calico(before, after, (OBJECTS, number)).causes
    (edit,) = [each for each in cause.consequences if each.what == "BIRD configuration"]
    assert edit.sentence == (
        "k8s3: “local as 64512” → “local as 64513” in template bgp bgp_template"
    )
