"""The key under which secrets are masked. It never enters the history, a bundle or a ticket."""

import os
import secrets

from netsnap.cli.context import UsageError, data_directory

LENGTH = 32


def mask_key() -> bytes:
    """Return the user's mask key, making it at first use (mode 0600).

    One key for all of a user's histories, so that one secret has one mask in each of them.
    """
    path = data_directory() / "mask.key"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = path.read_bytes()
        if len(key) != LENGTH:
            raise UsageError(
                f"{path} is not a mask key of {LENGTH} bytes; restore it, or remove it to mask "
                "differently from now on"
            ) from None
        return key
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from error
    with os.fdopen(handle, "wb") as file:
        key = secrets.token_bytes(LENGTH)
        file.write(key)
    return key
