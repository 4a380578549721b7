"""A random state of a network namespace, as the commands that make it."""

from collections.abc import Callable, Sequence
from random import Random

from tests.oracle import links, routing, words
from tests.oracle.namespaces import kinds_here

PROLOGUE = (
    "link set lo up",
    "link add name {0} type veth peer name {1}",
    "link set {0} up",
    "link set {1} up",
    "addr add 192.0.2.1/24 dev {0}",
    "addr add 2001:db8::1/64 dev {0} nodad",
)
"""What most routes stand on."""

_Make = Callable[[Random, tuple[str, ...]], str]


def commands(cast: int, seeds: Sequence[int], kinds: tuple[str, ...]) -> list[str]:
    """Return commands for ``ip -batch``: each seed is one, 0 is none.

    ``cast`` is the seed of the names that the links have. What the kernel refuses is simply not
    there: a seed may make a route through a link that no other seed made. So a state can be made
    smaller by leaving out seeds, which Hypothesis does.
    """
    r = Random(cast)  # noqa: S311 -- the same seed has to give the same state
    names = tuple(dict.fromkeys([r.choice(words.PLAIN_NAMES), *(words.name(r) for _ in range(9))]))
    names = names if len(names) > 1 else (*names, "other")
    dice = map(Random, filter(None, seeds))
    staged = sorted(_command(each, names, kinds) for each in dice)
    prologue = [line.format(*names) for line in PROLOGUE]
    return [*prologue, *(line for *_, line in staged)]


def numbered(run: int, number: int, size: int) -> list[str]:
    """Return the commands for state ``number`` of the run with this seed."""
    r = Random(f"{run}:{number}")  # noqa: S311 -- the same seed has to give the same state
    return commands(r.getrandbits(32), [r.getrandbits(48) for _ in range(size)], kinds_here())


def _command(
    r: Random, names: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[int, str, int, str]:
    """Return a command with the stage at which it is given, and its place there."""
    make: dict[int, _Make] = {
        0: lambda r, names: links.add(r, names, kinds),
        1: links.tuntap,
        2: links.change,
        3: links.up,
        4: routing.address,
        5: routing.neighbour,
        6: routing.next_hop,
        7: routing.route,
        8: routing.rule,
    }
    (stage,) = r.choices(tuple(make), weights=(9, 1, 9, 7, 14, 8, 7, 32, 10))
    line = make[stage](r, names)
    return stage, line[:2] * line.startswith("-"), r.getrandbits(32), line
