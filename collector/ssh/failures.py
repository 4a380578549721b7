"""How errors of paramiko, and of its sockets, end a visit, and in which words."""

import socket
import struct

import paramiko
from paramiko.auth_strategy import AuthFailure
from paramiko.ber import BERException
from paramiko.buffered_pipe import PipeTimeout
from paramiko.hostkeys import InvalidHostKey
from paramiko.packet import NeedRekeyException
from paramiko.pkey import UnknownKeyType
from paramiko.sftp import SFTPError
from paramiko.ssh_exception import (
    ConfigParseError,
    CouldNotCanonicalize,
    IncompatiblePeer,
    MessageOrderError,
    NoValidConnectionsError,
    PartialAuthentication,
    ProxyCommandFailure,
    UnableToAuthenticate,
)

from collector.capture import Reach
from collector.login import VisitFailedError, quoted

DEAD = "the connection broke"

REACHES: dict[type[BaseException], tuple[Reach, str]] = {
    paramiko.PasswordRequiredException: (Reach.LOGIN_REFUSED, "the key needs a passphrase"),
    paramiko.BadAuthenticationType: (Reach.LOGIN_REFUSED, "it does not take keys"),
    PartialAuthentication: (Reach.LOGIN_REFUSED, "it wants more than a key"),
    AuthFailure: (Reach.LOGIN_REFUSED, "it refused the login"),
    UnableToAuthenticate: (Reach.LOGIN_REFUSED, "it refused the login"),
    paramiko.AuthenticationException: (Reach.LOGIN_REFUSED, "it refused the login"),
    paramiko.BadHostKeyException: (Reach.HOST_KEY_CHANGED, "its host key changed"),
    InvalidHostKey: (Reach.HOST_KEY_UNKNOWN, "its host key cannot be read"),
    UnknownKeyType: (Reach.HOST_KEY_UNKNOWN, "its host key is of an unknown kind"),
    paramiko.ChannelException: (Reach.NO_SHELL, "it refused to open a session"),
    IncompatiblePeer: (Reach.UNREACHABLE, "no common algorithm with its SSH server"),
    MessageOrderError: (Reach.UNREACHABLE, "its SSH messages come out of order"),
    NoValidConnectionsError: (Reach.UNREACHABLE, "no connection"),
    ProxyCommandFailure: (Reach.UNREACHABLE, "the ProxyCommand failed"),
    CouldNotCanonicalize: (Reach.UNREACHABLE, "its name cannot be made canonical"),
    ConfigParseError: (Reach.UNREACHABLE, "~/.ssh/config cannot be read"),
    SFTPError: (Reach.CUT_OFF, DEAD),
    BERException: (Reach.LOGIN_REFUSED, "a key file is damaged"),
    PipeTimeout: (Reach.TIMED_OUT, "it did not answer in time"),
    NeedRekeyException: (Reach.CUT_OFF, DEAD),
    paramiko.SSHException: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    socket.gaierror: (Reach.UNREACHABLE, "its name is not known"),
    ConnectionRefusedError: (Reach.UNREACHABLE, "connection refused: no SSH server on that port"),
    TimeoutError: (Reach.UNREACHABLE, "no answer in time"),
    EOFError: (Reach.UNREACHABLE, "it closed the connection"),
    OSError: (Reach.UNREACHABLE, "no connection"),
    # What a hostile server can make paramiko's own thread stumble over.
    ValueError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    LookupError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    TypeError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    AttributeError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    AssertionError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    ArithmeticError: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
    struct.error: (Reach.UNREACHABLE, "it does not speak SSH as it should"),
}
"""How each foreign error ends a visit, and in which words; the most special class decides."""

FOREIGN = tuple(REACHES)


def failure(error: BaseException, place: object) -> VisitFailedError:
    """Turn any foreign error into the end of the visit to ``place``: the one place that does."""
    kind = next((kind for kind in type(error).__mro__ if kind in REACHES), paramiko.SSHException)
    reach, words = REACHES[kind]
    said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    said = quoted(said.encode("utf-8", "backslashreplace"))
    more = "" if not said or kind in (ConnectionRefusedError, TimeoutError) else f" ({said})"
    return VisitFailedError(reach, f"{place}: {words}{more}")
