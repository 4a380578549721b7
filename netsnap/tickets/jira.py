"""Jira Cloud, Data Center and Server, by REST v2: its comments are wiki markup on all three.

https://developer.atlassian.com/cloud/jira/platform/rest/v2/. The one module that knows ``jira``.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

import requests
from jira import JIRA, JIRAError
from jira.resources import Attachment, Comment

from netsnap.tickets import settings
from netsnap.tickets.bundle import Bundle, check_size, read_bundle
from netsnap.tickets.comment import carries, compose, same
from netsnap.tickets.dialects import JiraWiki
from netsnap.tickets.errors import TicketError, brief
from netsnap.tickets.tracker import Attached, Outcome, Secrets, Section

LONGEST = 32_767
"""Characters of a comment: Jira's default for ``jira.text.field.character.limit``."""

# The library takes every answer for Jira's JSON; a page and any other JSON fail like this in it.
_NOT_JIRA = (
    requests.exceptions.JSONDecodeError,
    AttributeError,
    KeyError,
    NotImplementedError,
    TypeError,
)
_KNOWN = ("url", "user", "token_env", "timeout", "ca_file")
_PAGE = 100
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Jira:
    """One Jira. ``user`` is the account's e-mail in the Cloud, "" for a personal access token."""

    name: ClassVar[str] = "jira"
    example: ClassVar[str] = "jira:OPS-123"

    url: str
    token: str
    user: str = ""
    timeout: float = settings.SECONDS
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Jira({self.url})"  # without the token

    @classmethod
    def configured(cls, section: Section, secrets: Secrets) -> Self:
        """Read [tickets.jira]: url, token_env and, optional, user, timeout, ca_file."""
        settings.check_names(cls.name, section, _KNOWN)
        return cls(
            url=settings.url(cls.name, section),
            token=settings.secret(cls.name, section, "token_env", secrets),
            user=settings.text(cls.name, section, "user"),
            timeout=settings.seconds(cls.name, section),
            ca_file=settings.ca_file(cls.name, section),
        )

    def attach(self, issue: str, markdown: str, bundle: Path, *, key: str) -> Attached:
        """Put the report on issue ``issue``, "OPS-123" or its number. Raises TicketError."""
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*-[0-9]{1,18}|[0-9]{1,18}", issue):
            raise TicketError(f"{issue!r} is no issue of Jira: they are named as in OPS-123.")
        file = read_bundle(bundle)
        body, shortened = compose(markdown, file, key, JiraWiki(), LONGEST)
        with self._session() as jira:
            present = self._holds(jira, issue, file)
            earlier = self._comment(jira, issue, key)
            if not present:
                self._upload(jira, issue, file)
            posted = "" if present else f"the bundle {file.name}"
            with self._speaking("the comment could not be posted: ", posted=posted):
                comment, outcome = _post(jira, issue, earlier, body)
        url = f"{self.url}/browse/{issue}?focusedCommentId={comment.id}"
        return Attached(url, outcome, Outcome.UNCHANGED if present else Outcome.CREATED, shortened)

    @contextmanager
    def _session(self) -> Iterator[JIRA]:
        """Open a session that neither retries nor asks anything by itself."""
        jira = JIRA(
            server=self.url,
            options={"verify": self.ca_file or True, "check_update": False},
            get_server_info=False,
            logging=False,
            max_retries=0,
            timeout=self.timeout,
            basic_auth=(self.user, self.token) if self.user else None,
            token_auth=None if self.user else self.token,
        )
        try:
            yield jira
        finally:
            jira.close()  # type: ignore[no-untyped-call]  # the library leaves it untyped

    def _holds(self, jira: JIRA, issue: str, file: Bundle) -> bool:
        """Say whether the issue has this very file. Name and size are not enough: it is read."""
        with self._speaking():
            found = jira.issue(issue, fields="attachment")
            attachments: list[Attachment] = getattr(found.fields, "attachment", None) or []
            return any(
                _digest(each) == file.sha256
                for each in attachments
                if each.filename == file.name and each.size == file.size
            )

    def _comment(self, jira: JIRA, issue: str, key: str) -> Comment | None:
        """Return the latest comment that carries ``key``."""
        with self._speaking():
            ours = [each for each in _comments(jira, issue) if carries(str(each.body), key)]
        return ours[-1] if ours else None

    def _upload(self, jira: JIRA, issue: str, file: Bundle) -> None:
        with self._speaking():
            meta = jira.attachment_meta()
        if not meta.get("enabled", True):
            raise TicketError(f"Jira at {self.url} takes no attachments; nothing was posted.")
        limit = meta.get("uploadLimit")
        if isinstance(limit, int):
            check_size(file.size, limit, f"Jira at {self.url}")
        with self._speaking("the bundle could not be uploaded: "), file.path.open("rb") as content:
            jira.add_attachment(issue, content, filename=file.name)

    @contextmanager
    def _speaking(self, before: str = "", *, posted: str = "") -> Iterator[None]:
        """Turn every error of the library into a TicketError that begins with ``before``."""
        try:
            yield
        except JIRAError as error:
            sentence = f"{before}Jira at {self.url} {_said(error)}."
            raise TicketError(sentence, posted=posted) from error
        except (*_NOT_JIRA, OSError) as error:  # every error of requests is an OSError
            raise TicketError(before + self._failed(error), posted=posted) from error

    def _failed(self, error: Exception) -> str:
        """Say what a request that got no answer of Jira's met instead."""
        match error:
            case requests.exceptions.JSONDecodeError():
                pass
            case requests.exceptions.SSLError():
                return f"Jira at {self.url} is not trusted: {_root(error)}; is ca_file missing?"
            case requests.exceptions.Timeout():
                return f"Jira at {self.url} did not answer within {self.timeout:g} s."
            case OSError():
                return f"Jira at {self.url} cannot be reached: {_root(error)}."
        return f"what answers at {self.url} is not Jira's REST API: is url its front page?"


def _comments(jira: JIRA, issue: str) -> Iterator[Comment]:
    """Read all comments, oldest first. Some servers answer every page with all of them."""
    seen: set[str] = set()
    while True:
        page = jira.comments(issue, start_at=len(seen), max_results=_PAGE)
        new = [comment for comment in page if comment.id not in seen]
        yield from new
        seen.update(comment.id for comment in new)
        if not new or len(page) < _PAGE:
            return


def _post(jira: JIRA, issue: str, earlier: Comment | None, body: str) -> tuple[Comment, Outcome]:
    """Create the comment or bring it up to date."""
    if earlier is None:
        created = jira.add_comment(issue, body)
        _ = created.id, created.body  # an answer without them is not Jira's
        return created, Outcome.CREATED
    if same(str(earlier.body), body):
        return earlier, Outcome.UNCHANGED
    earlier.update(body=body)
    return earlier, Outcome.UPDATED


def _digest(attachment: Attachment) -> str:
    found = hashlib.sha256()
    chunks: Iterator[bytes] = attachment.iter_content(_CHUNK)  # type: ignore[no-untyped-call]  # likewise
    for chunk in chunks:
        found.update(chunk)
    return found.hexdigest()


_STATUS = {
    400: "does not take it",
    401: "does not accept the user and token",
    403: "refuses: this user may not do this",
    404: "has no such issue, or this user may not see it, or url is not its address",
    405: "was not asked at its own address: does url send on to another one?",
    413: "or a proxy before it does not take a file of this size",
    429: "is asked too often; wait and run the command again",
}


def _said(error: JIRAError) -> str:
    said = _STATUS.get(error.status_code or 0, "answers with an error")
    why = error.text or ""
    status = f"HTTP {error.status_code}" if error.status_code else "no status"
    return f"{said} ({status}{f': {brief(why)}' if why and '<' not in why else ''})"


def _root(error: BaseException) -> str:
    """Say what the first error of a chain says: urllib3 and requests each wrap it."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return brief(str(error))
