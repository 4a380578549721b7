"""Calico's objects as records: API v1 (Calico 1 and 2), v3, and the CRDs that kubectl prints."""

import json
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from parsers.jsontext import text_at
from parsers.records import CalicoResource

Pairs = tuple[tuple[str, str], ...]

_V3_GROUP = "projectcalico.org/"
_METADATA_ANNOTATION = "projectcalico.org/metadata"  # what a CRD has no room for
_NO_STATE = frozenset({_METADATA_ANNOTATION, "cni.projectcalico.org/containerID"})
_PARTS = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_NOT_SPEC = frozenset({"containerID"})

_KINDS = (
    ("Node", "nodes no"),
    ("IPPool", "ippools ipp ippool pool pools"),
    ("BGPPeer", "bgppeers bgpp"),
    ("BGPConfiguration", "bgpconfigurations bgpconfig bgpconfigs"),
    ("BGPFilter", "bgpfilters"),
    ("FelixConfiguration", "felixconfigurations felixconfig felixconfigs"),
    ("BlockAffinity", "blockaffinities affinity affinities"),
    ("WorkloadEndpoint", "workloadendpoints wep weps"),
    ("HostEndpoint", "hostendpoints hep heps"),
    ("GlobalNetworkPolicy", "globalnetworkpolicies gnp gnps"),
    ("NetworkPolicy", "networkpolicies np nps policy policies pol"),
    ("GlobalNetworkSet", "globalnetworksets"),
    ("NetworkSet", "networksets netset netsets"),
    ("Profile", "profiles pro"),
    ("IPReservation", "ipreservations reservation reservations"),
    (
        "KubeControllersConfiguration",
        "kubecontrollersconfigurations kubecontrollersconfig kcconfig",
    ),
    ("ClusterInformation", "clusterinformations clusterinfo clusterinfos"),
    ("IPAMConfiguration", "ipamconfigurations ipamconfig ipamconfigs"),
    ("Tier", "tiers"),
    ("CalicoNodeStatus", "caliconodestatuses"),
)
_BY_WORD = {word: kind for kind, words in _KINDS for word in (kind.lower(), *words.split())}


def kind_of(word: str) -> str:
    """Return a kind's name as v3 spells it ("IPPool") for any way to type it; else "".

    ``ippools.crd.projectcalico.org`` is one of the ways.
    """
    return _BY_WORD.get(word.lower().partition(".")[0], "")


def resource(given: Any) -> CalicoResource | None:
    """Make a record of one object; None if it is none of Calico's, or has no name."""
    metadata = given.get("metadata") if isinstance(given, dict) else None
    api, kind = text_at(given, "apiVersion"), text_at(given, "kind")
    is_old = api == "v1" and kind[:1].islower()
    if not isinstance(metadata, dict) or not kind or not (is_old or _V3_GROUP in api):
        return None
    name, place = _old_name(metadata) if is_old else (text_at(metadata, "name"), "")
    if not name:
        return None
    annotations = metadata.get("annotations")
    return CalicoResource(
        resource="Policy" if kind == "policy" else _BY_WORD.get(kind.lower(), kind),
        namespace=text_at(metadata, "namespace"),
        name=name,
        place=place,
        api=api,
        spec=tuple(pair for pair in flat(_told(given)) if pair[0] not in _NOT_SPEC),
        labels=flat(metadata.get("labels")),
        annotations=_own_annotations(annotations),
        deleted_at=text_at(metadata, "deletionTimestamp"),
        uid=text_at(metadata, "uid"),
        created_at=text_at(metadata, "creationTimestamp"),
        container_id=text_at(given, "spec", "containerID"),
        resource_version=text_at(metadata, "resourceVersion"),
        managers=_managers(metadata, annotations),
        status=flat(given.get("status")),
    )


def _told(given: Mapping[str, Any]) -> Any:
    """Return the spec, with what an object says beside it; no object of Calico's does so far."""
    more = {key: value for key, value in given.items() if key not in _PARTS}
    spec = given.get("spec")
    return {**more, **spec} if isinstance(spec, dict) else more or spec


def _old_name(metadata: Mapping[str, Any]) -> tuple[str, str]:
    """Return what names an object of API v1, and what it takes beside to tell it apart."""
    peer, pool = text_at(metadata, "peerIP"), text_at(metadata, "cidr")
    keys = ("scope", "hostname", "node", "orchestrator", "workload")
    place = " ".join(filter(None, (text_at(metadata, key) for key in keys)))
    return peer or pool or text_at(metadata, "name"), place


def _own_annotations(given: Any) -> Pairs:
    """Return the annotations that Calico acts upon."""
    if not isinstance(given, dict):
        return ()
    own = {key: value for key, value in given.items() if _V3_GROUP in key and key not in _NO_STATE}
    return flat(own)


def _managers(metadata: Mapping[str, Any], annotations: Any) -> tuple[str, ...]:
    """Return who wrote the object and when, the latest first."""
    fields = metadata.get("managedFields")
    if not fields:
        fields = _kept_metadata(annotations).get("managedFields")
    if not isinstance(fields, list):
        return ()
    said = {f"{text_at(each, 'time')} {text_at(each, 'manager')}".strip() for each in fields}
    return tuple(sorted(filter(None, said), reverse=True))


def _kept_metadata(annotations: Any) -> Mapping[str, Any]:
    try:
        kept = json.loads(text_at(annotations, _METADATA_ANNOTATION) or "{}")
    except (ValueError, RecursionError):
        return MappingProxyType({})
    return kept if isinstance(kept, dict) else MappingProxyType({})


def flat(given: Any) -> Pairs:
    """Return the leaves of a tree with their paths, in order of the paths."""
    return tuple(sorted(_leaves("", given)))


def _leaves(path: str, given: Any) -> Iterator[tuple[str, str]]:
    if given is None:
        return
    if isinstance(given, dict):
        if not given and path:
            yield path, "{}"
        for key, value in given.items():
            yield from _leaves(f"{path}.{key}" if path else key, value)
    elif isinstance(given, list) and any(isinstance(each, dict | list) for each in given):
        for number, value in enumerate(given):
            yield from _leaves(f"{path}[{number}]", value)
    elif isinstance(given, list):
        yield path, f"[{', '.join('null' if each is None else each for each in given)}]"
    else:
        yield path, given
