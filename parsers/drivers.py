"""Reader of ``ethtool -S``."""

from collections.abc import Iterable, Iterator

from parsers import fsm
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import DriverStatistics
from parsers.text import Text

_PEER = "peer_ifindex"


def read_driver_statistics(text: Text) -> Reading:
    """Read ``ethtool -S INTERFACE``. A driver without counters gives no record."""
    rows = fsm.run("ethtool-S", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        lines = row["Counters"]
        is_flat = not any("#:" in line for line in lines)
        counters = tuple(map(_counter, lines) if is_flat else _counters(lines))
        record = DriverStatistics(
            interface=text.subject,
            peer_index=next((number for name, number in counters if name == _PEER), None),
            counters=tuple(each for each in counters if each[0] != _PEER),
        )
        gathered.add(row.line, record)
    return gathered.reading()


def _counter(line: str) -> tuple[str, int]:
    name, _, number = line.rpartition(":")
    return name.lstrip(), int(number)


def _counters(lines: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Yield each counter; below "Tx Queue#: 1" what is indented further is that queue's.

    vmxnet3 prints so, with the same names for each queue.
    """
    above: list[tuple[int, str]] = []
    for line in lines:
        name, _, number = line.strip().rpartition(":")
        depth = len(line) - len(line.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        yield "".join((*(f"{heading} " for _, heading in above), name)), int(number)
        if name.endswith("#"):
            above.append((depth, f"{name}{number.strip()}"))
