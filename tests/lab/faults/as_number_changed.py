"""k8s3 speaks BGP as another AS than its peers expect: they refuse it."""

from tests.lab.faults.configured import edit, put_back
from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Change the number on k8s3 alone."""
    edit(lab, "k8s3", ("local as 64512;", "local as 64513;"))


def heal(lab: Lab) -> None:
    """Change it back."""
    put_back(lab, "k8s3")


FAULT = Fault(
    "as-number-changed",
    "k8s3's BIRD speaks as AS 64513, and its peers expect 64512",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    blame=(Blame(("k8s3",), "BIRD configuration", ("bgp_template",)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3", "AS 64513"),
)
