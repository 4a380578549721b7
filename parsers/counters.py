"""The counters that ``ip -s`` prints below an interface and below a virtual function of a card."""

from dataclasses import dataclass, field

from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.records import InterfaceCounters

_FIELDS = {
    "RX": {
        "bytes": "rx_bytes",
        "packets": "rx_packets",
        "errors": "rx_errors",
        "dropped": "rx_dropped",
        "overrun": "rx_overrun_errors",
        "missed": "rx_missed_errors",
        "mcast": "rx_multicast",
        "compressed": "rx_compressed",
        "length": "rx_length_errors",
        "crc": "rx_crc_errors",
        "frame": "rx_frame_errors",
        "fifo": "rx_fifo_errors",
        "nohandler": "rx_nohandler",
        "otherhost": "rx_other_host",
    },
    "TX": {
        "bytes": "tx_bytes",
        "packets": "tx_packets",
        "errors": "tx_errors",
        "dropped": "tx_dropped",
        "carrier": "tx_carrier_errors",
        "collsns": "collisions",
        "compressed": "tx_compressed",
        "aborted": "tx_aborted_errors",
        "fifo": "tx_fifo_errors",
        "window": "tx_window_errors",
        "heartbeat": "tx_heartbeat_errors",
        "heartbt": "tx_heartbeat_errors",
        "transns": "carrier_changes",
    },
}


_OF_A_FUNCTION = {"mcast": "multicast", "bcast": "broadcast"}
"""What stands under ``vf N`` has names of its own."""


@dataclass(slots=True)
class Block:
    """What was counted on one thing; ``line`` is where its first heading stands."""

    line: int = 0
    numbers: dict[str, int] = field(default_factory=dict)


def blocks(row: Row, gathered: Gathering) -> dict[int, Block]:
    """Return what a row of ``ip-addr`` counts, by the line of the virtual function above it.

    0 is the interface itself. A heading without as many numbers below it as it has columns, and a
    second heading for the same, are refused together with their numbers.
    """
    found: dict[int, Block] = {}
    numbers = dict(zip(row.item_lines["Numbers"], row["Numbers"], strict=True))
    for line, heading in zip(row.item_lines["Columns"], row["Columns"], strict=True):
        above = max((n for n in row.item_lines["Functions"] if n < line), default=0)
        block = found.setdefault(above, Block(line))
        below = numbers.pop(line + 1, None)
        try:
            _count(block, _columns(heading, is_function=above > 0), (below or "").split())
        except ValueError:
            gathered.refuse(line)
            if below is not None:
                gathered.refuse(line + 1)
    for line in numbers:
        gathered.refuse(line)
    return {place: block for place, block in found.items() if block.numbers}


def _count(block: Block, columns: list[str], numbers: list[str]) -> None:
    named = dict(zip(columns, map(int, numbers), strict=True))
    if len(named) != len(columns) or named.keys() & block.numbers.keys():
        raise ValueError("one thing has two numbers")
    block.numbers |= named


def _columns(heading: str, *, is_function: bool) -> list[str]:
    """Return the name of each column's counter; ValueError for one that does not belong there."""
    direction, _, names = heading.partition(":")
    known = _FIELDS[direction[:2]]
    if is_function:
        side = direction.lower()
        return [f"{side}_{_OF_A_FUNCTION.get(name, name)}" for name in names.split()]
    try:
        return [known[name] for name in names.split()]
    except KeyError as error:
        raise ValueError("no such counter") from error


def interface_counters(name: str, index: int, block: Block) -> InterfaceCounters:
    """Return the record of what was counted on an interface."""
    return InterfaceCounters(interface=name, index=index, **block.numbers)
