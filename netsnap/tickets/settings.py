"""Reading a tracker's table of the configuration. Secrets are named in it, never held."""

import re
import ssl
from urllib.parse import urlsplit

from netsnap.tickets.errors import TicketError, brief
from netsnap.tickets.tracker import Secrets, Section

SECONDS = 30.0
"""How long a tracker may take for one answer unless ``timeout`` says otherwise."""

_LONGEST = 3600.0
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_names(tracker: str, section: Section, known: tuple[str, ...]) -> None:
    """Refuse a setting that nothing reads: a typing error would be silent otherwise."""
    for name in section:
        if f"{name}_env" in known:
            raise TicketError(
                f"[tickets.{tracker}] holds a secret in {name!r}: put the name of an environment "
                f"variable in '{name}_env' and the secret in that variable."
            )
        if name not in known:
            raise TicketError(
                f"[tickets.{tracker}] has a setting {name!r} that netsnap does not know; "
                f"it knows {', '.join(known)}."
            )


def text(tracker: str, section: Section, name: str, default: str = "") -> str:
    """Return a setting that is a string, ``default`` if absent."""
    value = section.get(name, default)
    if not isinstance(value, str):
        raise TicketError(f"[tickets.{tracker}] {name} must be a string.")
    return value


def seconds(tracker: str, section: Section) -> float:
    """Return the time limit of one answer, in seconds."""
    value = section.get("timeout", SECONDS)
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _LONGEST:
        return float(value)
    raise TicketError(f"[tickets.{tracker}] timeout must be more than 0 and at most 3600 seconds.")


def url(tracker: str, section: Section) -> str:
    """Return the tracker's address without a trailing slash."""
    value = text(tracker, section, "url")
    try:
        parts = urlsplit(value)
        complete = parts.scheme in ("http", "https") and bool(parts.hostname)
        _ = parts.port  # raises ValueError when it is no port
    except ValueError:
        complete = False
    if not complete:
        raise TicketError(f"[tickets.{tracker}] url must be its http:// or https:// address.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise TicketError(f"[tickets.{tracker}] url must hold no user, password, query or '#'.")
    return value.rstrip("/")


def ca_file(tracker: str, section: Section) -> str:
    """Return the file of certificates to trust instead of the system's, "" for the system's."""
    value = text(tracker, section, "ca_file")
    try:
        ssl.create_default_context(cafile=value or None)
    except OSError as error:  # an ssl.SSLError, too
        why = brief(error.strerror or str(error))
        raise TicketError(f"[tickets.{tracker}] ca_file {value} cannot be used: {why}.") from error
    return value


def secret(tracker: str, section: Section, name: str, secrets: Secrets) -> str:
    """Return the secret whose environment variable the setting ``name`` names."""
    variable = text(tracker, section, name)
    if not _VARIABLE.fullmatch(variable):
        # The value is not told: who writes the secret itself here must not see it printed.
        raise TicketError(
            f"[tickets.{tracker}] {name} must be the name of an environment variable."
        )
    value = (secrets(variable) or "").strip()
    if not value:
        raise TicketError(f"the environment variable {variable} is not set: {tracker} needs it.")
    if not value.isascii() or not value.isprintable():
        raise TicketError(f"the environment variable {variable} holds more than one line of ASCII.")
    return value
