"""calicoctl and BIRD: a daemon that is down or could not be asked is told as such."""

import pytest

from parsers.bird import read_protocols
from parsers.calico import read_node_status, read_setting
from parsers.reading import Reading
from parsers.records import BirdProtocol, CalicoPeer, CalicoProcess
from parsers.text import Text

BORDER = "+--------------+-------------------+-------+----------+-------------+\n"
RUNNING = "Calico process is running.\n\n"
NO_BIRD6 = "INFO: BIRDv6 process: 'bird6' is not running.\n"
NO_SOCKET = "unable to connect to BIRDv4 socket: dial unix /var/run/calico/bird.ctl: no such file"
HEAD = BORDER + "| PEER ADDRESS |     PEER TYPE     | STATE |  SINCE   |    INFO     |\n" + BORDER


def _processes(reading: Reading) -> dict[str, str]:
    return {each.name: each.status for each in reading.records if isinstance(each, CalicoProcess)}


def test_info_that_wraps_onto_a_second_row_belongs_to_the_peer_above() -> None:
    rows = (
        "| 172.16.0.47  | node-to-node mesh | start | 12:03:04 | Active Socket: Connection |\n"
        "|              |                   |       |          | refused                   |\n"
    )
    reading = read_node_status(Text(f"IPv4 BGP status\n{HEAD}{rows}{BORDER}"))
    assert not reading.ledger.unknown
    (peer,) = (each for each in reading.records if isinstance(each, CalicoPeer))
    assert (peer.connection, peer.error) == ("Active", "Socket: Connection refused")
    assert peer.since == "12:03:04"


@pytest.mark.parametrize(
    ("said", "processes", "is_blind"),
    [
        ("Calico process is not running.\n", {"calico": "not running"}, True),
        (
            "Calico process is running.\n\nThe BGP backend process (BIRD) is not running.\n",
            {"calico": "running", "bird": "not running", "bird6": "not running"},
            False,
        ),
        (
            f"{RUNNING}IPv4 BGP status\nNo IPv4 peers found.\n\n{NO_BIRD6}",
            {"calico": "running", "bird": "running", "bird6": "not running"},
            False,
        ),
        (
            f"{RUNNING}IPv4 BGP status\nError querying BIRD: {NO_SOCKET}\n",
            {
                "calico": "running",
                "bird": NO_SOCKET,
            },
            True,
        ),
    ],
)
def test_a_daemon_that_does_not_run_is_a_fact(
    said: str, processes: dict[str, str], *, is_blind: bool
) -> None:
    reading = read_node_status(Text(said))
    assert not reading.ledger.unknown
    assert _processes(reading) == processes
    assert bool(reading.blind) is is_blind


@pytest.mark.parametrize(
    "row",
    [
        "| 300.16.0.47  | node-to-node mesh | up    | 12:03:04 | Established |",
        "| 172.16.0.47  | node-to-node mesh | up    | 12:03:04 |",
        "|              |                   |       |          | refused |",
    ],
)
def test_a_row_that_is_no_peer_is_unknown(row: str) -> None:
    reading = read_node_status(Text(f"IPv4 BGP status\n{HEAD}{row}\n{BORDER}"))
    assert [each.text for each in reading.ledger.unknown] == [row]


def test_a_row_above_any_title_has_no_family_and_is_unknown() -> None:
    row = "| 172.16.0.47  | node-to-node mesh | up    | 12:03:04 | Established |"
    assert [u.text for u in read_node_status(Text(HEAD + row)).ledger.unknown] == [row]


def test_calicoctl_that_has_no_such_command_is_blind_and_says_why() -> None:
    usage = 'Unknown command : "config"\nUsage:\n  calicoctl [options] <command> [<args>...]\n'
    reading = read_setting(Text(usage, "calicoctl-config-asNumber"))
    assert reading.records == ()
    assert reading.blind == "this calicoctl has no `config get`"


BLOCK = """\
name     proto    table    state  since       info
Mesh_172_16_0_47 BGP      master   {state}  12:03:04    {info}
  Preference:     100
  Input filter:   ACCEPT
  Output filter:  calico_pools
  Routes:         3 imported, 1 filtered, 2 exported, 3 preferred
  BGP state:          {connection}
    Neighbor address: 172.16.0.47
    Neighbor AS:      64512
"""


def _protocol(state: str, info: str, connection: str) -> BirdProtocol:
    said = BLOCK.format(state=state, info=info, connection=connection)
    (found,) = read_protocols(Text(said)).records
    assert isinstance(found, BirdProtocol)
    return found


@pytest.mark.parametrize("state", ["Connect", "Active", "OpenSent", "OpenConfirm", "Idle"])
def test_a_session_that_is_down_is_down_in_whichever_state_it_rotates_through(state: str) -> None:
    found = _protocol("start", f"{state}       Socket: Connection refused", state)
    assert (found.session, found.connection) == ("down", state)
    assert found.last_error == "Socket: Connection refused"


def test_an_established_session_tells_its_neighbour_filters_and_routes() -> None:
    found = _protocol("up", "Established", "Established")
    assert found.session == "established"
    assert (found.neighbour, found.neighbour_as) == ("172.16.0.47", 64512)
    assert (found.import_filter, found.export_filter) == ("ACCEPT", "calico_pools")
    routes = (found.routes_imported, found.routes_exported, found.routes_filtered)
    assert routes == (3, 2, 1)


def test_a_line_that_is_no_protocol_and_in_no_block_is_unknown() -> None:
    said = "BIRD 1.6.8 ready.\nUnable to connect to server control socket\n"
    reading = read_protocols(Text(said))
    assert reading.records == ()
    assert [each.line for each in reading.ledger.unknown] == [2]


def test_a_value_that_is_no_number_makes_the_block_unknown() -> None:
    said = BLOCK.format(state="up", info="", connection="Idle").replace("64512", "many")
    reading = read_protocols(Text(said))
    assert reading.records == ()
    assert len(reading.ledger.unknown) == 8


def test_bird_that_says_nothing_is_blind() -> None:
    assert read_protocols(Text("")).blind
