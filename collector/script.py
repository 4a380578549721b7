"""The probe script: one POSIX sh program that asks a node everything in one go.

It runs in dash, busybox sh and bash, writes no file and changes nothing on the node. It travels
over stdin and stdin then stays open: its end tells the node that nobody listens any more. What it
writes is specified in ``collector.frames``, which reads it.

Processes of one question, each arrow a pipe::

    run: the command --stdout--> head (bounds it) --> the stream
                     --stderr--> tell (bounds it, and the exit status) --> the stream

A watchdog beside them counts seconds and ends what exceeds its time: the command by TERM, then by
KILL, then it stops waiting for it; and ``head``, where a child that the command left behind keeps
the pipe open. ``timeout(1)`` is not used: busybox's keeps the pipes of its command open.
"""

import math
import re
import shlex
from collections.abc import Sequence
from importlib.resources import files

from collector.probe import Probe, Where

WORD = r"[A-Za-z0-9_./:,@%+-][A-Za-z0-9_./:=,@%+-]*"
PLAIN = re.compile(rf'[A-Za-z0-9_./+-]+(?: (?:{WORD}|"\$1"))*')
# fmt: off
NOT_PROGRAMS = frozenset(
    (
        ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "do", "done",
        "elif", "else", "esac", "eval", "exec", "exit", "export", "fg", "fi", "for", "function",
        "if", "in", "jobs", "local", "read", "readonly", "return", "set", "shift", "then", "time",
        "times", "trap", "type", "ulimit", "umask", "unalias", "unset", "until", "wait", "while",
    )
)
# fmt: on


def script(probes: Sequence[Probe], *, marker: str, budget: float, output_limit: int) -> bytes:
    """Return the program that asks ``probes``, numbered by their place, and writes frames.

    ``marker`` is a secret of this run (32 hex digits): it sets the frames apart from anything an
    output could contain. After ``budget`` seconds what is left is reported as not asked. Of each
    answer ``output_limit`` bytes and one more, which betrays the excess, are passed on.

    Questions to the node that stand behind the first question to a namespace are asked last: the
    kernel answers at once, while a runtime or a datastore that hangs may use up the budget.
    """
    if not re.fullmatch(r"[0-9a-f]{32}", marker):
        raise ValueError("the marker must be 32 hex digits")
    asks_namespaces = [probe.where is not Where.NODE for probe in probes]
    first = asks_namespaces.index(True) if any(asks_namespaces) else len(probes)
    everywhere = (  # handed on to the shell in each namespace
        _functions(),
        _asking("netsnap_netns", probes, Where.NETNS),
        _asking("netsnap_interface", probes, Where.INTERFACE),
    )
    interfaces = int(any(probe.where is Where.INTERFACE for probe in probes))
    namespaces = int(any(asks_namespaces))
    lines = (
        f"netsnap_text={shlex.quote(chr(10).join(everywhere))}",
        'eval "$netsnap_text"',
        _asking("netsnap_node", probes, Where.NODE, range(first)),
        _asking("netsnap_late", probes, Where.NODE, range(first, len(probes))),
        f"M={marker}",
        f"netsnap_budget={math.ceil(budget)}",
        f"netsnap_max={output_limit + 1}",
        f"netsnap_with_interfaces={interfaces}",
        f"netsnap_with_namespaces={namespaces}",
        "netsnap_start",
    )
    return ("\n".join(lines) + "\n").encode()


def bootstrap(program: bytes, *, sudo: bool = False) -> str:
    """Return the command that takes ``program`` from stdin whole, or else runs none of it.

    It reads so in every login shell, csh and fish included. ``head`` ends at the program's length:
    stdin stays open for as long as somebody listens.
    """
    shell = "sudo -n sh" if sudo else "sh"
    return f"""exec {shell} -c 'eval "$(head -c {len(program)})"'"""


def _functions() -> str:
    return files("collector").joinpath("probe.sh").read_text(encoding="utf-8")


def _asking(name: str, probes: Sequence[Probe], where: Where, places: range | None = None) -> str:
    """Return a shell function that asks all probes of one kind; ``$1`` is the interface."""
    lines = [
        _ask(place + 1, probes[place])
        for place in (range(len(probes)) if places is None else places)
        if probes[place].where is where
    ]
    return "\n".join((f"{name}() {{", "  :", *lines, "}"))


def _ask(number: int, probe: Probe) -> str:
    subject = ' "$1"' if probe.where is Where.INTERFACE else ""
    if is_plain(probe.command):
        group, words = 0, probe.command
    else:
        group, words = 1, f"sh -c {shlex.quote(probe.command)} sh{subject}"
    limit = max(1, math.ceil(probe.limit))
    # The quoting of the interface's name leaves "" where there is none: no field is ever missing.
    about = '"$1"' if subject else "''"
    needs, waits_for = shlex.quote(probe.needs), shlex.quote(probe.waits_for or probe.needs)
    return f"  netsnap_ask {number} {about} {limit} {needs} {waits_for} {group} {words}"


def is_plain(command: str) -> bool:
    """Say whether a command is one program with plain words, to be started without a shell."""
    return bool(PLAIN.fullmatch(command)) and command.split(" ", 1)[0] not in NOT_PROGRAMS
