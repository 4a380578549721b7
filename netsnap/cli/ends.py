"""The two ends that a user names for a way through a snapshot."""

from ipaddress import ip_address

from netsnap.cli.context import UsageError
from netsnap.model.disposition import Endpoint
from netsnap.model.ends import UnknownEndError, find_end
from netsnap.model.network import Network

BROADCAST = "255.255.255.255"


def check_host(called: str) -> None:
    """Refuse an address that no single host has: a ping to it would tell of nobody."""
    try:
        address = ip_address(called)
    except ValueError:
        return  # a name
    if address.is_loopback:
        raise UsageError(f"{called} is everybody's own address: give a workload or a node")
    if address.is_multicast or address.is_unspecified or called == BROADCAST:
        raise UsageError(f"{called} is no single host's address, and a way leads to one host")


def ends_of(network: Network, called: tuple[str, str], where: str) -> tuple[Endpoint, Endpoint]:
    """Find both ends; raises UsageError where nobody is called so. ``where`` is the snapshot."""
    source, target = called
    try:
        ends = find_end(network, source), find_end(network, target)
    except UnknownEndError as error:
        raise UsageError(f"{error} ({where})") from error
    if not ends[0].node:
        raise UsageError(f"nobody {where} has {source}; a way can end outside, not begin")
    return ends
