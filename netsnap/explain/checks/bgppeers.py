"""Calico's BGPPeers whose selectors choose nobody."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.datastore import Datastore, Told
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.labels import chooses

_SELECTORS = (("peerSelector", "as a peer"), ("nodeSelector", "to have the peer"))


def bgppeers(case: Case) -> Iterator[Finding]:
    """Yield a finding for each selector that no Node fits, where all Nodes are known."""
    store = Datastore(case)
    nodes = store.objects("Node")
    if not nodes or not store.lists("Node"):
        return
    mesh = store.mesh()
    is_all_there_is = mesh is not None and not mesh[0]
    for peer in store.objects("BGPPeer"):
        for path, what in _SELECTORS:
            selector = peer.spec.get(path, "")
            if selector and all(chooses(selector, node.labels) is False for node in nodes):
                yield _nobody(peer, f"{selector}, {what}", alone=is_all_there_is)


def _nobody(peer: Told, selector: str, *, alone: bool) -> Finding:
    """Without the mesh the nodes have no other peers than those that BGPPeers choose."""
    severity = Severity.ERROR if alone else Severity.WARNING
    sentence = f"Calico's BGPPeer {peer.name} chooses no node by {selector}"
    return Finding(severity, peer.fact.key.node, HOST, sentence, (peer.fact,))
