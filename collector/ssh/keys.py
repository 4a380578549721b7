"""The user's keys: those of files, and those that the agent holds."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import paramiko
from paramiko.agent import AgentKey

from collector.capture import Reach
from collector.login import Login, Passphrase, VisitFailedError
from collector.ssh.failures import FOREIGN


class Keys:
    """Private keys of files, each read once for all nodes. Safe for use by many threads."""

    def __init__(self, passphrase: Passphrase | None) -> None:
        self._passphrase = passphrase
        self._lock = threading.Lock()
        self._read: dict[Path, paramiko.PKey | VisitFailedError] = {}

    def candidates(
        self, login: Login, agent: "Agent", troubles: list[str]
    ) -> Iterator[tuple[str, paramiko.PKey]]:
        """Yield the keys to try: the user's choice, or the agent's and then the usual files'."""
        if not login.named:
            for key in agent.list():
                yield f"the agent's {key.get_name()} {key.fingerprint}", key
        for file in login.keys:
            loaded = self._key(file)
            if isinstance(loaded, VisitFailedError):
                held = agent.holds(file)
                if held is not None:
                    yield f"the agent's {file}", held
                else:
                    troubles.append(loaded.detail)
            else:
                yield str(file), loaded

    def _key(self, file: Path) -> paramiko.PKey | VisitFailedError:
        with self._lock:  # also so that a passphrase is asked for once
            if file not in self._read:
                try:
                    self._read[file] = _load_key(file, self._passphrase)
                except VisitFailedError as error:
                    self._read[file] = error
            return self._read[file]


class Agent:
    """The keys of the user's agent, asked for when first needed."""

    def __init__(self, *, use: bool) -> None:
        self._use = use
        self._agent: paramiko.Agent | None = None

    def list(self) -> Sequence[AgentKey]:
        if not self._use:
            return ()
        if self._agent is None:
            try:
                self._agent = paramiko.Agent()
            except (paramiko.SSHException, OSError):  # an agent that is gone: as if there is none
                return ()
        return self._agent.get_keys()

    def holds(self, file: Path) -> AgentKey | None:
        """Return the agent's copy of a key file whose public half lies beside it."""
        try:
            public = file.with_name(f"{file.name}.pub").read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError):
            return None
        return next((key for key in self.list() if key.get_base64() in public), None)

    def close(self) -> None:
        if self._agent is not None:
            self._agent.close()


def _load_key(file: Path, passphrase: Passphrase | None) -> paramiko.PKey:
    """Load a private key of any kind. Raises VisitFailedError with the reason."""
    secret: str | None = None
    kinds: tuple[type[paramiko.PKey], ...] = (
        paramiko.Ed25519Key,
        paramiko.ECDSAKey,
        paramiko.RSAKey,
    )
    for kind in kinds:
        try:
            try:
                key = kind.from_private_key_file(str(file), secret)
            except paramiko.PasswordRequiredException:
                if secret is None and passphrase is not None:
                    secret = passphrase(file)
                if secret is None:
                    raise
                key = kind.from_private_key_file(str(file), secret)
        except paramiko.PasswordRequiredException as error:
            raise VisitFailedError(Reach.LOGIN_REFUSED, f"{file} needs a passphrase") from error
        except OSError as error:
            detail = f"key {file}: {error.strerror}"
            raise VisitFailedError(Reach.LOGIN_REFUSED, detail) from error
        except FOREIGN:
            continue
        _add_certificate(key, file.with_name(f"{file.name}-cert.pub"))
        return key
    wrong = f"{file} is no private key" if secret is None else f"wrong passphrase for {file}"
    raise VisitFailedError(Reach.LOGIN_REFUSED, wrong)


def _add_certificate(key: paramiko.PKey, file: Path) -> None:
    """Load the certificate that lies beside a key. Raises VisitFailedError for a damaged one."""
    if not file.exists():
        return
    try:
        key.load_certificate(str(file))
    except FOREIGN as error:
        said = getattr(error, "strerror", None) or "it is no certificate of that key"
        raise VisitFailedError(Reach.LOGIN_REFUSED, f"certificate {file}: {said}") from error
