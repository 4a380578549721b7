"""A BGP password that one end has and the other has not, or another one at each end."""

from collections.abc import Callable

from tests.lab.faults.configured import edit, in_session, only_lost, put_back
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab

ENDS = ("k8s1", "k8s3")
LOST = across(pods_on("k8s1"), pods_on("k8s3"))


def _signing(passwords: dict[str, str]) -> Callable[[Lab], None]:
    """Return what gives each of these ends its password."""

    def inject(lab: Lab) -> None:
        for node, password in passwords.items():
            (peer,) = set(ENDS) - {node}
            edit(lab, node, in_session(peer, f'password "{password}";'))

    return inject


def heal(lab: Lab) -> None:
    """No passwords, as the plan has it."""
    put_back(lab, *ENDS)


def settled(lab: Lab) -> None:
    """Only what these two told each other is lost."""
    only_lost(lab, LOST)


FAULTS = (
    Fault(
        "bgp-password-on-one-end",
        "k8s3 signs its BGP session to k8s1 with a password that k8s1 does not have",
        _signing({"k8s3": "wrong"}),
        heal,
        settled,
        lost=LOST,
        blame=(Blame(("k8s3",), "BIRD configuration", ("Mesh_172_16_0_55",)),),
        innocent=("k8s1", "k8s2"),
        says=("k8s3", "k8s1", "password"),
    ),
    Fault(
        "bgp-passwords-differ",
        "k8s1 and k8s3 sign their BGP session with different passwords",
        _signing({"k8s1": "one", "k8s3": "other"}),
        heal,
        settled,
        lost=LOST,
        blame=(Blame(ENDS, "BIRD configuration", ("Mesh_172_16_0_55", "Mesh_172_16_0_47")),),
        innocent=("k8s2",),
        says=("k8s1", "k8s3", "different BGP passwords"),
        slow=True,
    ),
)
