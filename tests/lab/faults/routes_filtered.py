"""The sessions stand, and a filter or a limit in BIRD keeps a block from being told or heard."""

from collections.abc import Callable
from dataclasses import replace

from tests.lab.faults.configured import edit, in_session, only_lost, put_back
from tests.lab.faults.effects import block_withdrawn
from tests.lab.faults.fault import Blame, Fault, Pair, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

BLOCK = node_named("k8s3").block
ALL = across(pods_on("k8s3"), elsewhere("k8s3"))
OF_ONE = across(pods_on("k8s3"), pods_on("k8s1"))
FILTER = "filter calico_export_to_peers {"


def _edited(node: str, change: tuple[str, str], *, anew: bool = False) -> Callable[[Lab], None]:
    """Return what edits a node's configuration, and starts its session with k8s3 anew."""

    def inject(lab: Lab) -> None:
        edit(lab, node, change)
        if anew:
            _restart(lab)

    return inject


def _restart(lab: Lab) -> None:
    """A limit counts what comes from then on."""
    suffix = node_named("k8s3").session_suffix
    lab.run("k8s1", f"birdcl -s /run/calico/bird.ctl restart Mesh_{suffix}")


def _put_back(node: str, *, anew: bool = False) -> Callable[[Lab], None]:
    def heal(lab: Lab) -> None:
        put_back(lab, node)
        if anew:
            _restart(lab)

    return heal


def _without(pairs: frozenset[Pair], *at: str) -> Callable[[Lab], None]:
    def settled(lab: Lab) -> None:
        block_withdrawn(lab, "k8s3", at=at)
        only_lost(lab, pairs)

    return settled


EXPORT = Fault(
    "export-filter-hides-block",
    "k8s3's BIRD does not tell its peers of its block any more",
    _edited("k8s3", (FILTER, f"{FILTER}\n  if ( net ~ {BLOCK} ) then reject;")),
    _put_back("k8s3"),
    _without(ALL, "k8s1", "k8s2"),
    lost=ALL,
    blame=(Blame(("k8s3",), "BIRD configuration", ("filter calico_export_to_peers",)),),
    innocent=("k8s1", "k8s2"),
    says=(f"k8s1 has no route to {BLOCK}", "their BGP session stands"),
)

IMPORT = Fault(
    "import-filter-refuses-block",
    "k8s1's BIRD refuses what k8s3 tells of its block",
    _edited("k8s1", in_session("k8s3", f"import where net !~ {BLOCK};")),
    _put_back("k8s1"),
    _without(OF_ONE, "k8s1"),
    lost=OF_ONE,
    blame=(Blame(("k8s1",), "BIRD configuration", ("Mesh_172_16_0_47",)),),
    innocent=("k8s2", "k8s3"),
    says=(f"k8s1 has no route to {BLOCK}", "their BGP session stands"),
    slow=True,
)

FAULTS = (
    EXPORT,
    IMPORT,
    replace(
        IMPORT,
        name="import-limit-reached",
        summary="k8s1's BIRD takes no route from k8s3: its limit is reached",
        inject=_edited("k8s1", in_session("k8s3", "import limit 0 action block;"), anew=True),
        heal=_put_back("k8s1", anew=True),
        slow=True,
    ),
    replace(
        IMPORT,
        name="kernel-export-filter",
        summary="k8s1's BIRD knows k8s3's block, and keeps it from its kernel",
        inject=_edited("k8s1", ("  export all;\n", f"  export where net != {BLOCK};\n")),
        blame=(Blame(("k8s1",), "BIRD configuration", ("protocol kernel",)),),
        says=(f"k8s1 has no route to {BLOCK}", "its BIRD has it, and not its kernel"),
        slow=True,
    ),
)
