"""What lines of packet filters make of a packet: another mark, or one that is not tracked."""

from collections.abc import Callable, Mapping

from netsnap.model.flow import INVALID, UNTRACKED, Flow
from netsnap.model.marks import ANY_MARK, BITS, Mark

Act = Callable[[Flow], Flow]


def all_of(acts: tuple[Act, ...], flow: Flow) -> Flow:
    """Do one thing after the other."""
    for act in acts:
        flow = act(flow)
    return flow


def untrack(flow: Flow) -> Flow:
    """Take a packet out of connection tracking, unless that has it already."""
    if INVALID not in flow.states:
        return flow
    return flow._replace(states=flow.states - {INVALID} | {UNTRACKED})


def restore_mark(flow: Flow) -> Flow:
    """Give it the mark of its connection, or another that is not known."""
    return flow._replace(mark=ANY_MARK)


_OPERATIONS: Mapping[str, Callable[[Mark, int], Mark]] = {
    **dict.fromkeys(("&", "and"), Mark.anded),
    **dict.fromkeys(("|", "or"), Mark.ored),
    **dict.fromkeys(("^", "xor"), Mark.xored),
}


def marking(words: list[str]) -> Act:
    """Take "meta mark & 0xfffeffff | 0x00010000" off: the mark that a packet gets."""
    if words[:2] == ["meta", "mark"]:
        del words[0]
    first = words.pop(0) if words else ""
    start = None if first == "mark" else read_number(first)
    steps = operations(words)

    def act(flow: Flow) -> Flow:
        mark = flow.mark if first == "mark" else ANY_MARK if start is None else Mark(start)
        for operation, value in steps:
            mark = operation(mark, value)
        return flow._replace(mark=mark)

    return act


def operations(words: list[str]) -> list[tuple[Callable[[Mark, int], Mark], int]]:
    """Take "& 0xff | 0x1" off."""
    found = []
    while words[:1] and words[0] in _OPERATIONS:
        value = read_number("".join(words[1:2]))
        if value is None:
            break
        found.append((_OPERATIONS[words[0]], value))
        del words[:2]
    return found


def read_number(text: str) -> int | None:
    """Read "0x10000" or "16"; None is no number."""
    try:
        return int(text, 0) & BITS
    except ValueError:
        return None
