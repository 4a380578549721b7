"""Readers of the counters under /proc/net that belong to no interface.

The formats: Documentation/networking/snmp_counter.rst of Linux, net/core/neighbour.c
(``neigh_stat_seq_show``), net/core/net-procfs.c (``softnet_seq_show``).
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import NeighbourTable, ProtocolCounters, SoftnetStatistics
from parsers.text import Text

_PROTOCOL = re.compile(
    r"(TcpExt|IpExt|MPTcpExt|IcmpMsg|UdpLite6?|Icmp6|Ip6|Udp6|Icmp|Ip|Tcp|Udp)(\w+)"
)
_FLOW_LIMITED = 10  # the column, of kernels that have it
_PART_OF = {"IcmpMsg": "Icmp"}


def read_protocol_counters(text: Text) -> Reading:
    """Read /proc/net/snmp, netstat and snmp6, one after the other, or ``nstat -az``.

    The kernel prints IcmpMsg only once there was a message; it is told as a part of Icmp.
    """
    rows = fsm.run("protocol-counters", text.lines)
    gathered = Gathering.of(text.lines, rows)
    counters: dict[str, dict[str, int]] = defaultdict(dict)
    first: dict[str, int] = {}
    for line, said, found in _protocols(rows.rows, gathered):
        protocol = _PART_OF.get(said, said)
        first.setdefault(protocol, line)
        counters[protocol].update(found)
    for protocol, line in first.items():
        gathered.add(line, ProtocolCounters(protocol, tuple(counters[protocol].items())))
    return gathered.reading("" if gathered.records else "no counters in the answer")


def _protocols(
    rows: Sequence[Row], gathered: Gathering
) -> Iterator[tuple[int, str, dict[str, int]]]:
    """Yield line, protocol and counters; refuse names without numbers, numbers without names."""
    title: Row | None = None
    for row in rows:
        if row["Names"]:
            if title is not None:
                gathered.refuse(title.line)
            title = row
        elif row["Counter"]:
            found = _PROTOCOL.fullmatch(row["Counter"])
            if found is None:
                gathered.refuse(row.line)
            else:
                counted = int(row["Number"])
                yield row.line, found[1], {found[2]: counted} if counted else {}
        elif (counters := _paired(title, row)) is not None:
            yield row.line - 1, row["Protocol"], counters
            title = None
        else:
            gathered.refuse(row.line)
    if title is not None:
        gathered.refuse(title.line)


def _paired(title: Row | None, row: Row) -> dict[str, int] | None:
    """Return numbers other than 0 by the names of the line before, None if they do not belong."""
    if title is None or (title["Protocol"], title.line + 1) != (row["Protocol"], row.line):
        return None
    names, numbers = title["Names"].split(), row["Numbers"].split()
    if len(names) != len(numbers):
        return None
    told = zip(names, numbers, strict=True)
    return {name: int(number) for name, number in told if number != "0"}


def read_neighbour_tables(text: Text) -> Reading:
    """Read /proc/net/stat/arp_cache and ndisc_cache as ``grep`` shows them: a line a CPU."""
    rows = fsm.run("neighbour-tables", text.lines)
    gathered = Gathering.of(text.lines, rows)
    titles: dict[str, Row] = {}
    tables: dict[str, list[list[int]]] = defaultdict(list)
    for row in rows.rows:
        table = row["Table"]
        if row["Names"]:
            titles[table] = row
            continue
        numbers = [int(each, 16) for each in row["Numbers"].split()]
        if table in titles and len(numbers) == len(titles[table]["Names"].split()):
            tables[table].append(numbers)
        else:
            gathered.refuse(row.line)
    for table, title in titles.items():
        if table in tables:
            gathered.add(title.line, _table(table, title["Names"].split(), tables[table]))
        else:
            gathered.refuse(title.line)
    return gathered.reading("" if gathered.records else "no neighbour table in the answer")


def _table(name: str, columns: list[str], cpus: list[list[int]]) -> NeighbourTable:
    """Add up the CPUs; the number of entries stands in the line of each of them."""
    sums = tuple(map(sum, zip(*cpus, strict=True)))
    counters = tuple(zip(columns, sums, strict=True))
    return NeighbourTable(name, entries=cpus[0][0], counters=counters[1:])


def read_softnet(text: Text) -> Reading:
    """Read /proc/net/softnet_stat: a line a CPU."""
    rows = fsm.run("softnet", text.lines)
    gathered = Gathering.of(text.lines, rows)
    cpus = [[int(each, 16) for each in row["Numbers"].split()] for row in rows.rows]
    if not cpus:
        return gathered.reading("no CPU in the answer")
    record = SoftnetStatistics(
        cpus=len(cpus),
        processed=sum(cpu[0] for cpu in cpus),
        dropped=sum(cpu[1] for cpu in cpus),
        squeezed=sum(cpu[2] for cpu in cpus),
        flow_limited=sum(cpu[_FLOW_LIMITED] for cpu in cpus if len(cpu) > _FLOW_LIMITED),
    )
    gathered.add(rows.rows[0].line, record)
    return gathered.reading()
