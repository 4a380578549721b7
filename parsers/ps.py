"""Reader of the tables of containers: ``docker ps``, ``podman ps``, ``nerdctl ps``, ``crictl ps``.

And of ``crictl pods``. The cells of a row stand where the header says.
"""

import re
from collections.abc import Iterator

from parsers import fsm
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import ContainerSummary
from parsers.text import Text

_COLUMN = re.compile(r"[A-Z]+(?: [A-Z]+)*")
_CELL = re.compile(r'"(?:[^"\\]|\\.)*"(?= {2}| *$)|\S+(?: \S+)*')
_MAY_BE_EMPTY = frozenset({"PORTS", "LABELS", "MOUNTS", "NETWORKS", "LOCAL VOLUMES", "SIZE"})
_EMPTY_IN_PODMAN = frozenset({"IMAGE", "COMMAND", "POD ID", "PODNAME"})
_STATUS = re.compile(
    r"Up\b|Exited\b|Created\b|Restarting\b|Removal\b|Removing\b|Dead\b|Paused\b"
    r"|Initialized\b|Configured\b|Stopp(?:ed|ing)\b|Ghost\b|Unknown\b"
)
_STATE = re.compile(
    r"(?:Not)?Ready|Running|Exited|Created|Unknown|SANDBOX_(?:NOT)?READY|CONTAINER_[A-Z]+"
    r"|running|exited|paused|created|restarting|removing|dead|configured|initialized|stopp(?:ed|ing)"
)

_Cells = dict[str, str]
_Columns = list[tuple[str, int]]


def read_ps(text: Text) -> Reading:
    """Read a table of containers or pods; a row whose cells do not fit the header is unknown."""
    rows = fsm.run("docker-ps", text.lines)
    gathered = Gathering.of(text.lines, rows)
    runtime = text.probe.partition("-")[0]
    columns: _Columns = []
    for row in rows.rows:
        if row["Header"]:
            columns = [(found[0], found.start()) for found in _COLUMN.finditer(row["Header"])]
            continue
        cells = next((each for each in _placings(row["Row"], columns) if _fits(each)), None)
        if cells is None:
            gathered.refuse(row.line)
        else:
            gathered.add(row.line, _summary(cells, runtime))
    return gathered.reading("" if columns else "no table of containers in the answer")


def _fits(cells: _Cells) -> bool:
    return bool(
        _STATUS.match(cells.get("STATUS", "Up")) and _STATE.fullmatch(cells.get("STATE", "Running"))
    )


def _placings(row: str, columns: _Columns) -> Iterator[_Cells]:
    """Yield the cells by column, in each way in which they may fit: a wrong guess is worse."""
    found = list(_CELL.finditer(row))
    texts = [cell[0] for cell in found]
    names = [name for name, _ in columns]
    empty = [name for name in names if name in _MAY_BE_EMPTY]
    if len(texts) == len(names):
        yield dict(zip(names, texts, strict=True))
        return
    if len(texts) == len(names) - 1 and len(empty) == 1:
        filled = (name for name in names if name not in empty)
        yield dict(zip(filled, texts, strict=True))
    exact = {start: name for name, start in columns}
    if all(cell.start() in exact for cell in found):
        may_be_empty, placed = _MAY_BE_EMPTY | _EMPTY_IN_PODMAN, _by_position(found, columns)
    else:
        may_be_empty, placed = _MAY_BE_EMPTY, _by_position(found, columns)
    if len(placed) == len(found) and not set(names) - set(placed) - may_be_empty:
        yield placed


def _by_position(found: list[re.Match[str]], columns: _Columns) -> _Cells:
    placed: _Cells = {}
    for cell in found:
        here = [name for name, start in columns if start <= cell.start()]
        if here:
            placed[here[-1]] = cell[0]
    return placed


def _summary(cells: _Cells, runtime: str) -> ContainerSummary:
    heads = ("CONTAINER ID", "CONTAINER", "ID", "POD ID")  # "ID" until Docker 0.6
    identity = next((cells[head] for head in heads if head in cells), "")
    return ContainerSummary(
        name=_name(cells) or identity,
        id=identity,
        image=cells.get("IMAGE", ""),
        command=cells.get("COMMAND", ""),
        created=cells.get("CREATED", cells.get("CREATED AT", "")),
        status=cells.get("STATUS", cells.get("STATE", "")),
        ports=cells.get("PORTS", ""),
        runtime=runtime,
    )


def _name(cells: _Cells) -> str:
    """Return the name; of a container of a pod "NAMESPACE/POD/NAME", as far as it is told."""
    name = cells.get("NAMES", cells.get("NAME", ""))
    if "ATTEMPT" not in cells:
        return name
    return "/".join(filter(None, (cells.get("NAMESPACE", ""), cells.get("POD", ""), name)))
