"""Tunnels that encrypt: IPsec and WireGuard. Their keys are never asked for."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class XfrmPolicy(Record):
    """Which packets IPsec takes, blocks or wants encrypted (``ip xfrm policy``)."""

    kind: ClassVar[str] = "xfrm-policy"
    source: Identity[str]  # a prefix
    destination: Identity[str]
    selector: Identity[str]  # "proto tcp dport 179", "dev eth0", "" is every packet
    direction: Identity[str]  # in, out, fwd; "socket in" where one program has it for itself
    mark: Identity[str] = ""  # "0x10/0xff"
    if_id: Identity[str] = ""
    action: State[str] = "allow"  # allow, block
    priority: State[int | None] = None
    templates: State[tuple[str, ...]] = ()  # what a packet must be wrapped in, in order
    flags: State[tuple[str, ...]] = ()
    policy_type: State[str] = ""  # main, sub
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class XfrmState(Record):
    """How IPsec wraps packets from one address to another (``ip xfrm state``), without keys.

    Keys are exchanged anew all the time: while the old association and the new one stand side by
    side they are one record, the counters of both together. One that is asked for and not there
    yet is none.
    """

    kind: ClassVar[str] = "xfrm-state"
    source: Identity[str]
    destination: Identity[str]
    protocol: Identity[str]  # esp, ah, comp
    request: Identity[int]  # reqid: what ties it to a policy's template
    mode: Identity[str]  # tunnel, transport, beet
    mark: Identity[str] = ""
    if_id: Identity[str] = ""
    algorithms: State[tuple[str, ...]] = ()  # "enc cbc(aes)", "auth-trunc hmac(sha256) 128"
    settings: State[tuple[str, ...]] = ()  # replay-window, flags, encap, selector …
    spis: Incarnation[tuple[str, ...]] = ()
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None
    replayed: Drift[int | None] = None
    failed: Drift[int | None] = None  # packets whose integrity check failed


@dataclass(frozen=True, slots=True)
class WireguardInterface(Record):
    """An interface of WireGuard (``wg show``). One without a public key has no private one."""

    kind: ClassVar[str] = "wireguard-interface"
    name: Identity[str]
    public_key: State[str] = ""
    port: State[int | None] = None
    mark: State[str] = ""


@dataclass(frozen=True, slots=True)
class WireguardPeer(Record):
    """A peer of an interface of WireGuard. WireGuard prints amounts of three digits or so."""

    kind: ClassVar[str] = "wireguard-peer"
    interface: Identity[str]
    public_key: Identity[str]
    endpoint: State[str] = ""  # "192.0.2.1:51820"; follows a peer that wanders
    allowed: State[tuple[str, ...]] = ()  # the prefixes that are sent to it and taken from it
    keepalive: State[int | None] = None  # seconds
    has_shared_key: State[bool] = False
    handshake: Drift[str] = ""  # "8 seconds ago"; "" is never
    handshake_at: Drift[str] = ""  # the same in UTC (RFC 3339), as far as it can be known
    received: Drift[int | None] = None  # bytes
    sent: Drift[int | None] = None
