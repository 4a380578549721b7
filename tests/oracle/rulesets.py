"""Random packet filters, and what ``nft -j`` says of them: a rule's place, verdict and counters."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial
from random import Random
from typing import Any

from parsers.read import read_text
from parsers.records import FilterRule
from parsers.roles import Record
from tests.oracle.compare import Verdict, settled, unread
from tests.oracle.words import perhaps
from tests.oracle.world import World, visible

FAMILIES = ("ip", "ip6", "inet", "inet", "arp", "bridge")
HOOKS = ("input", "forward", "output", "prerouting", "postrouting")
NAMES = ("accept-all", "drop.it", "cali-FORWARD", "KUBE-SVC-X7", "a/b", "x_1", "elements", "policy")
COMMENTS = ("drop", "jump x", "by hand: accept", "# no", "packets 5 bytes 7", "a; b", "{ drop }")
MATCHES = (
    *("ip saddr 10.0.0.0/8", "ip daddr != { 10.1.0.0/16, 10.2.0.1 }", "ip6 daddr 2001:db8::/32"),
    *('iifname "cali*"', 'oifname { "eth0", "drop" }', "meta mark & 0xff == 0x10", "tcp dport 80"),
    *(
        "tcp dport { 22, 80-90 }",
        "ct state established,related",
        "ip protocol icmp",
        "meta l4proto 6",
    ),
    *("udp sport 53 udp dport 1024-65535", "fib daddr type local", "ct status dnat", "ip ttl > 5"),
    *(
        "limit rate 5/second",
        "ip saddr @named",
        "tcp flags syn / fin,syn,rst,ack",
        "meta pkttype host",
    ),
    *("ip saddr . tcp dport { 10.0.0.1 . 80, 10.0.0.2 . 81 }", "numgen random mod 2 == 0"),
)
STATEMENTS = (
    *("counter", "counter", 'log prefix "drop: "', "meta mark set 0x1", "counter name hits"),
    *("notrack", "ct mark set meta mark", "limit rate over 10/minute burst 5 packets"),
)
VERDICTS = (
    *("accept", "drop", "return", "continue", "", "reject", "reject with icmpx admin-prohibited"),
    *("masquerade", "snat to 192.0.2.1", "dnat to 192.0.2.2:80", "redirect to :8080", "queue to 3"),
    *(
        "tcp dport vmap { 22 : drop, 80 : accept }",
        "ip saddr vmap @verdicts",
        "dnat ip to 10.0.0.1",
    ),
)
ENDS = ("reject", "masquerade", "snat", "dnat", "redirect", "queue", "vmap", "tproxy", "fwd")


def numbered(run: int, number: int, size: int) -> list[str]:
    """Return the commands for state ``number`` of the run with this seed."""
    r = Random(f"{run}:{number}:nft")  # noqa: S311 -- the same seed has to give the same state
    return commands(r.getrandbits(32), [r.getrandbits(48) for _ in range(size)])


def commands(cast: int, seeds: Sequence[int]) -> list[str]:
    """Return commands of ``nft``; 0 is none."""
    r = Random(cast)  # noqa: S311 -- the same seed has to give the same state
    tables = [f"{r.choice(FAMILIES)} {name}" for name in r.sample(NAMES, 3)]
    names = r.sample(NAMES, 4)
    made = [line for table in tables for line in _table(r, table, names)]
    rest = [_rule(dice, tables, names) for dice in map(Random, filter(None, seeds))]
    return [*made, *rest]


def _table(r: Random, table: str, names: Sequence[str]) -> Iterator[str]:
    yield f"add table {table}"
    yield f"add counter {table} hits"
    yield f"add set {table} named {{ type ipv4_addr; flags interval; }}"
    yield f"add map {table} verdicts {{ type ipv4_addr : verdict; }}"
    for name in names:
        hook = r.choice(HOOKS)
        kind = "nat" if r.random() < 0.3 else "filter"
        policy = r.choice(("accept", "drop"))
        line = f"type {kind} hook {hook} priority {r.choice((-100, 0, 5, 300))}; policy {policy};"
        base = f" {{ {line} }}" if r.random() < 0.5 else ""
        yield f"add chain {table} {name}{base}"


def _rule(r: Random, tables: Sequence[str], names: Sequence[str]) -> str:
    table = r.choice(tables)
    if r.random() < 0.2:
        address = f"10.{r.randint(0, 99)}.{r.randint(0, 255)}.0"
        if r.random() < 0.5:
            return f"add element {table} named {{ {address}/24 }}"
        return f"add element {table} verdicts {{ {address} : {r.choice(('drop', 'accept'))} }}"
    to = f"{r.choice(('jump', 'goto'))} {r.choice(names)}"
    words = [
        *(word for match in r.sample(MATCHES, r.randint(0, 3)) for word in [match]),
        *perhaps(r, 0.6, r.choice(STATEMENTS)),
        r.choice((*VERDICTS, to, to, "accept", "drop")),
        *perhaps(r, 0.3, "comment", f'"{r.choice(COMMENTS)}"'),
    ]
    return " ".join([f"add rule {table} {r.choice(names)}", *words])


def do(world: World, lines: Sequence[str]) -> None:
    """Give commands one by one; what nft refuses is simply not there."""
    for line in lines:
        run = partial(subprocess.run, ["nft", line], capture_output=True, check=False)
        world.thread.submit(run).result()


def check(world: World) -> Verdict:
    """Hold the rules of the text against those of the JSON."""
    records = 0

    def look() -> tuple[bytes, list[str]]:
        nonlocal records
        text = world.ask_any("nft", "-a", "list", "ruleset")
        reading = read_text("nft-ruleset", text)
        records = len(reading.records)
        said = json.loads(world.ask_any("nft", "-j", "list", "ruleset"))["nftables"]
        found = list(unread({"nft-ruleset": reading}))
        return text, [*found, *_differing(reading.records, [visible(each) for each in said])]

    return Verdict(tuple(settled(look)), records)


Rules = dict[str, list[tuple[str, int | None, int | None]]]


def _differing(records: Sequence[Record], said: list[dict[str, Any]]) -> Iterator[str]:
    ours, theirs = _ours(records), _theirs(said)
    for place in sorted(ours.keys() | theirs.keys()):
        if ours[place] != theirs[place]:
            yield f"{place}: {ours[place]} but {theirs[place]}"


def _ours(records: Sequence[Record]) -> Rules:
    found: Rules = defaultdict(list)
    for record in records:
        assert isinstance(record, FilterRule)
        place = f"{record.table} {record.chain}"
        if record.rule.startswith("element "):
            found[place].append(("element", None, None))
        elif " " in record.chain:
            continue  # what a set or a counter is like
        elif record.chain:
            found[place].append((record.verdict, record.packets, record.bytes))
    return found


def _theirs(said: list[dict[str, Any]]) -> Rules:
    found: Rules = defaultdict(list)
    for each in said:
        for kind, value in each.items():
            table = f"{value.get('family')} {value.get('table')}"
            if kind == "chain" and "hook" in value:
                found[f"{table} {value['name']}"].append((value["policy"], None, None))
            elif kind == "rule":
                found[f"{table} {value['chain']}"].append(_told(value["expr"]))
            elif kind in ("set", "map"):
                place = f"{table} {kind} {value['name']}"
                found[place] += [("element", None, None)] * len(value.get("elem", ()))
    return found


def _told(expressions: list[dict[str, Any]]) -> tuple[str, int | None, int | None]:
    verdict, packets, octets = "", None, None
    for each in expressions:
        for key, value in each.items():
            if key == "counter" and isinstance(value, dict):
                packets, octets = value["packets"], value["bytes"]
            elif verdict:
                continue
            elif key in ("accept", "drop", "return", *ENDS):
                verdict = key
            elif key in ("jump", "goto"):
                verdict = f"{key} {value['target']}"
    return verdict, packets, octets
