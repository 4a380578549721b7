"""What is said of pings that disagree with the model."""

from collections.abc import Sequence

from netsnap.explain.explanation import Observed
from netsnap.explain.pings import Seen

NO_ANSWER = "no answer"
UNEXPLAINED = "no table that was read explains it"
_SAYS = {
    Observed.LOST: f"are lost, and {UNEXPLAINED}",
    Observed.CONTRADICTED: (
        "were answered at t2 on ways that the model has lost: the model is wrong there, or things "
        "moved while the nodes were read"
    ),
    Observed.STILL_LOST: f"are not answered at t1 nor at t2, and {UNEXPLAINED}",
    Observed.ONLY_AT_T2: (
        f"are not answered at t2, and {UNEXPLAINED}; nothing was sent there at t1"
    ),
    Observed.RESTORED: f"are answered again, and {UNEXPLAINED}",
}


def says(kind: Observed, some: Sequence[Seen]) -> str:
    """Say what happened to pings of one kind: "are lost, and …", "is lost, and …"."""
    words = _SAYS[kind]
    return words if len(some) > 1 else words.replace("are ", "is ", 1).replace("were ", "was ", 1)


def reason(seen: Seen) -> str:
    """Say how one ping ended."""
    return "answered" if seen.answered else seen.ping.said or NO_ANSWER


def counted(number: int) -> str:
    """Write "1 ping", "2 pings"."""
    return f"{number} ping{'' if number == 1 else 's'}"


def ends(seen: Seen) -> str:
    """Say who pinged each other."""
    return "nodes" if seen.of_nodes else "workloads"
