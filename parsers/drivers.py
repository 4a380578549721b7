"""Reader of ``ethtool -S``."""

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
        items = (item.rpartition(":") for item in row["Counters"])
        counters = tuple((name, int(number)) for name, _, number in items)
        record = DriverStatistics(
            interface=text.subject,
            peer_index=next((number for name, number in counters if name == _PEER), None),
            counters=tuple(each for each in counters if each[0] != _PEER),
        )
        gathered.add(row.line, record)
    return gathered.reading()
