"""``netsnap collect``: one sweep over all nodes, saved as a snapshot."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from collector import inventory
from collector.capture import Outcome, Reach, Sweep, Visit
from collector.inventory import Node
from collector.probe import Probe
from collector.sweep import SweepOptions, sweep
from netsnap.cli.context import INVENTORY, Db, UsageError, messages, now, open_history, say
from netsnap.cli.maskkey import mask_key
from netsnap.cli.pinging import LONGER, LOOK, with_pings
from netsnap.history.heads import SHORT, SnapshotHead
from netsnap.history.saving import Saving
from netsnap.report.words import count
from parsers.catalogue import entry, probes
from parsers.entry import Profile
from parsers.mask import mask_visit

ALL_REACHED, SOME_NOT = 0, 1

Keep = Callable[[Visit], Visit]

Inventory = Annotated[
    Path, typer.Option("--inventory", "-i", help="The list of nodes; netsnap init writes one.")
]


def collect(
    inventory_file: Inventory = Path(INVENTORY),
    node: Annotated[
        list[str] | None,
        typer.Option("--node", "-n", help="Only this node of the inventory, or user@host:port."),
    ] = None,
    group: Annotated[
        list[str] | None, typer.Option("--group", "-g", help="Only this group.")
    ] = None,
    local_: Annotated[
        bool, typer.Option("--local", help="This machine, without SSH (through pyroute2).")
    ] = False,
    label: Annotated[str, typer.Option("--label", "-l", help="A name for the snapshot.")] = "",
    profile: Annotated[
        Profile, typer.Option("--profile", "-p", help="How much is asked of a node.")
    ] = Profile.DEFAULT,
    width: Annotated[int, typer.Option("--width", help="Nodes asked at a time.", min=1)] = 10,
    node_limit: Annotated[
        float, typer.Option("--node-limit", help="Seconds one node may take.", min=1)
    ] = 60.0,
    connect_limit: Annotated[
        float, typer.Option("--connect-limit", help="Seconds to connect and log in.", min=0.1)
    ] = 10.0,
    accept_unknown: Annotated[
        bool,
        typer.Option(
            "--accept-unknown-hosts", help="For this run: trust hosts not in known_hosts."
        ),
    ] = False,
    accept_changed: Annotated[
        bool,
        typer.Option("--accept-changed-hosts", help="For this run: trust hosts with a new key."),
    ] = False,
    ping: Annotated[
        bool,
        typer.Option(
            "--ping",
            help="Also ping between nodes and between two workloads of each, small and in full "
            "size: at most 64 targets, four packets each, and 10 seconds a source. Asks every "
            "node twice.",
        ),
    ] = False,
    db: Db = "",
) -> None:
    """Ask every node what its network looks like, and save the answers as a snapshot.

    Example: netsnap collect --label before-upgrade

    Exit status: 0 every node was read, 1 some node was not (the snapshot says which and why),
    2 trouble, 130 interrupted; with 2 and 130 nothing is saved.
    """
    options = SweepOptions(
        width=width,
        connect_limit=connect_limit,
        node_limit=node_limit,
        accept_unknown=accept_unknown,
        accept_changed=accept_changed,
        passphrase=cache(_passphrase) if messages().is_terminal else None,
    )
    if local_ and (node or group):
        raise UsageError("--local asks this machine alone: --node and --group have no place there")
    nodes = [] if local_ else _nodes(inventory_file, node or [], group or [])
    with open_history(db) as history:
        history.check_label(label)
        key = mask_key()  # before the sweep: an answer that cannot be masked would be lost
        saving = history.saving()
        keep = keeper(saving, key)
        asked = probes(profile)
        if ping:
            looked = _asked(nodes, LOOK, options, _as_it_is, local_=local_)
            asked = with_pings(asked, looked)
            options = replace(options, node_limit=node_limit + LONGER)
        done = _asked(nodes, asked, options, keep, local_=local_)
        head = saving.finish(done, label=label)
        summary(done, head, saving)
    reached = all(visit.reach is Reach.REACHED for visit in done.visits)
    raise typer.Exit(ALL_REACHED if reached else SOME_NOT)


def _as_it_is(visit: Visit) -> Visit:
    return visit


def _asked(
    nodes: Sequence[Node],
    asked: Sequence[Probe],
    options: SweepOptions,
    keep: Keep,
    *,
    local_: bool,
) -> Sweep:
    try:
        return _here(asked, options, keep) if local_ else ask(nodes, asked, keep, options)
    except KeyboardInterrupt:
        say("nothing was saved", messages())
        raise


def keeper(saving: Saving, key: bytes) -> Keep:
    """Return what masks the secrets in a visit with ``key`` and prepares it for the history."""
    return lambda visit: saving.add(mask_visit(visit, key))


def _passphrase(key: Path) -> str:
    return getpass(f"passphrase of {key}: ")


def _here(asked: Sequence[Probe], options: SweepOptions, keep: Keep) -> Sweep:
    from collector import local  # noqa: PLC0415 -- pyroute2 takes 0.1 s that only this way needs

    started = now()
    visit = local.collect_local(asked, options=options, clock=now)
    return Sweep(started, now(), (keep(visit),))


def _nodes(path: Path, names: Sequence[str], groups: Sequence[str]) -> Sequence[Node]:
    there = path.exists()
    if names and not groups and (not there or all("@" in name for name in names)):
        return [inventory.single(name) for name in names]
    if not there:
        raise UsageError(
            f"there is no inventory {path}; write one with: netsnap init HOST [HOST …]"
        )
    known = inventory.load(path)
    single = [name for name in names if "@" in name or name not in {n.name for n in known.nodes}]
    if single and all("@" in name or "." in name for name in single):
        chosen = [inventory.single(name) for name in single]
        rest = [name for name in names if name not in single]
        return [*(known.select(rest, groups) if rest or groups else ()), *chosen]
    return known.select(names, groups)


def ask(
    nodes: Sequence[Node], probes: Sequence[Probe], keep: Keep, options: SweepOptions | None = None
) -> Sweep:
    """Sweep the nodes, with a progress bar where standard error is a terminal.

    ``keep`` is given each visit as it ends; what it returns stays in the sweep.
    """
    err = messages()
    with Progress(
        TextColumn("asking"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[last]}"),
        console=err,
        transient=True,
        disable=not err.is_terminal,
    ) as progress:
        task = progress.add_task("nodes", total=len(nodes), last="")

        def on_visit(visit: Visit) -> Visit:
            kept = keep(visit)
            progress.update(task, advance=1, last=f"{visit.node}: {visit.reach}")
            return kept

        return sweep(nodes, probes, options=options or SweepOptions(), clock=now, on_visit=on_visit)


def summary(done: Sweep, head: SnapshotHead, saving: Saving) -> None:
    """Print a line a node: what answered, what did not and why, how long it took."""
    wide = max((len(visit.node) for visit in done.visits), default=0)
    for visit in done.visits:
        say(f"{visit.node:<{wide}}  {_visit_words(visit, saving.unknown(visit))}")
    seconds = (done.ended - done.started).total_seconds()
    nodes, named = count(len(done.visits), "node"), f" ({head.label})" if head.label else ""
    say(f"snapshot {head.id[:SHORT]}{named}: {nodes}, {seconds:.1f} s")


def _visit_words(visit: Visit, unknown: int) -> str:
    seconds = (visit.ended - visit.started).total_seconds()
    outcomes = Counter(capture.outcome for capture in visit.captures)
    detail = f": {visit.detail}" if visit.detail else ""
    words = [f"{visit.reach} in {seconds:.1f} s{detail}"]
    if visit.captures:
        words.append(count(outcomes[Outcome.ANSWERED], "answer"))
    for outcome in (Outcome.TIMED_OUT, Outcome.CUT_OFF, Outcome.NOT_ASKED):
        if outcomes[outcome]:
            named = sorted({c.question.probe for c in visit.captures if c.outcome is outcome})
            words.append(f"{outcomes[outcome]} {outcome} ({', '.join(named)})")
    missing = {c.question.probe for c in visit.captures if c.outcome is Outcome.MISSING}
    if missing:
        programs = sorted({entry(probe).probe.needs for probe in missing})
        words.append(f"not there: {', '.join(programs)}")
    if unknown:
        words.append(f"{count(unknown, 'line')} not understood (netsnap show)")
    return ", ".join(words)
