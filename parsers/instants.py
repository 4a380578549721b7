"""Instants as text: RFC 3339, UTC."""

from datetime import UTC, datetime


def instant(seconds: float) -> str:
    """Return the instant so many seconds after 1970, to the second.

    Raises ValueError for one beyond the year 9999.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, OSError) as error:
        raise ValueError(f"{seconds} is no instant") from error
