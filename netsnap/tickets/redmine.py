"""Redmine, by its REST API: https://www.redmine.org/projects/redmine/wiki/Rest_api.

Notes can be edited since Redmine 5.0. The one module that knows httpx.
"""

import hashlib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import httpx

from netsnap.tickets import settings
from netsnap.tickets.bundle import Bundle, read_bundle
from netsnap.tickets.comment import carries, compose, same
from netsnap.tickets.dialects import Markdown, Plain, Textile
from netsnap.tickets.errors import TicketError, brief
from netsnap.tickets.markup import Dialect
from netsnap.tickets.tracker import Attached, Outcome, Secrets, Section

LONGEST = 60_000
"""Characters of a comment: the database of some Redmines ends a text at 65,535 bytes."""

_FORMATTING: dict[str, Dialect] = {
    "textile": Textile(),
    "markdown": Markdown(),
    "common_mark": Markdown(),
}
_KNOWN = ("url", "key_env", "formatting", "timeout", "ca_file")
_PROBE = "*netsnap*"
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Redmine:
    """One Redmine server. ``formatting`` is its text formatting, "" to find out."""

    name: ClassVar[str] = "redmine"
    example: ClassVar[str] = "redmine:123"

    url: str
    key: str
    formatting: str = ""
    timeout: float = settings.SECONDS
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Redmine({self.url})"  # without the key

    @classmethod
    def configured(cls, section: Section, secrets: Secrets) -> Self:
        """Read [tickets.redmine]: url, key_env and, optional, formatting, timeout, ca_file."""
        settings.check_names(cls.name, section, _KNOWN)
        formatting = settings.text(cls.name, section, "formatting")
        if formatting and formatting not in _FORMATTING:
            raise TicketError(
                f"[tickets.redmine] formatting is one of {', '.join(_FORMATTING)}; "
                "leave it out to let netsnap find out."
            )
        return cls(
            url=settings.url(cls.name, section),
            key=settings.secret(cls.name, section, "key_env", secrets),
            formatting=formatting,
            timeout=settings.seconds(cls.name, section),
            ca_file=settings.text(cls.name, section, "ca_file"),
        )

    def attach(self, issue: str, markdown: str, bundle: Path, *, key: str) -> Attached:
        """Put the report on issue number ``issue``. Raises TicketError."""
        if not re.fullmatch(r"#?[0-9]{1,18}", issue):
            raise TicketError(f"{issue!r} is no issue of Redmine: it numbers them, as in 123.")
        number = int(issue.removeprefix("#"))
        file = read_bundle(bundle)
        with _Session(self) as session:
            before = session.issue(number)
            body, shortened = compose(markdown, file, key, self._dialect(session), LONGEST)
            new = None if _holds(session, before, file) else file
            note = _note(before, key)
            if note is None:
                session.change(number, notes=body, uploads=_uploads(session, new))
                comment = Outcome.CREATED
            else:
                comment = _update(session, number, note, body, new)
            note = _confirm(session.issue(number), key, file)
        url = f"{self.url}/issues/{number}#change-{note['id']}"
        return Attached(url, comment, Outcome.CREATED if new else Outcome.UNCHANGED, shortened)

    def _dialect(self, session: "_Session") -> Dialect:
        """Return how to write: as configured, else as the public preview shows, else in both."""
        return _FORMATTING.get(self.formatting) or session.formatting()


class _Session:
    """One connection. Every method raises TicketError, and nothing of httpx gets out."""

    def __init__(self, redmine: Redmine) -> None:
        self._url = redmine.url
        self._key = redmine.key
        try:
            context = ssl.create_default_context(cafile=redmine.ca_file or None)
        except (OSError, ssl.SSLError) as error:
            raise TicketError(
                f"[tickets.redmine] ca_file {redmine.ca_file} cannot be read: {error.strerror}."
            ) from error
        self._client = httpx.Client(
            base_url=redmine.url,
            headers={"Accept": "application/json", "User-Agent": "netsnap"},
            timeout=redmine.timeout,
            verify=context,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def issue(self, number: int) -> dict[str, Any]:
        """Read an issue with its notes and attachments."""
        path = f"/issues/{number}.json"
        reply = self.ask("GET", path, params={"include": "journals,attachments"})
        issue = reply.get("issue") if isinstance(reply, dict) else None
        if not isinstance(issue, dict) or issue.get("id") != number:
            raise _no_json(self._url)
        return issue

    def change(self, number: int, **attributes: object) -> None:
        """Change an issue. Redmine drops what the user may not change and says nothing of it."""
        self.ask("PUT", f"/issues/{number}.json", json={"issue": attributes})

    def rewrite(self, note: int, body: str) -> None:
        """Give a note of an issue a new text."""
        self.ask("PUT", f"/journals/{note}.json", json={"journal": {"notes": body}})

    def upload(self, file: Bundle) -> dict[str, str]:
        """Send a file that belongs to no issue yet; return what an issue refers to it by."""
        with file.path.open("rb") as content:
            reply = self.ask(
                "POST",
                "/uploads.json",
                params={"filename": file.name},
                headers={
                    "Content-Type": "application/octet-stream",
                    "Content-Length": str(file.size),
                },
                content=iter(lambda: content.read(_CHUNK), b""),
            )
        upload = reply.get("upload") if isinstance(reply, dict) else None
        token = upload.get("token") if isinstance(upload, dict) else None
        if not isinstance(token, str):
            raise _no_json(self._url)
        return {"token": token, "filename": file.name, "content_type": "application/octet-stream"}

    def digest(self, attachment: int, name: str) -> str:
        """Read an attachment back and return its SHA-256."""
        found = hashlib.sha256()
        for chunk in self._stream(f"/attachments/download/{attachment}/{name}"):
            found.update(chunk)
        return found.hexdigest()

    def formatting(self) -> Dialect:
        """Find out the text formatting from the public preview; without one, write for all."""
        try:
            reply = self._client.get(
                "/preview/text", params={"text": _PROBE}, headers={"Accept": "text/html"}
            )
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if reply.is_success and "<strong>netsnap</strong>" in reply.text:
            return Textile()
        if reply.is_success and "<em>netsnap</em>" in reply.text:
            return Markdown()
        return Plain()

    def ask(self, method: str, path: str, **request: Any) -> Any:
        """Send one request and return the JSON of its answer, None if it has no body."""
        headers = {"X-Redmine-API-Key": self._key, **request.pop("headers", {})}
        try:
            reply = self._client.request(method, path, headers=headers, **request)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._unreachable(error) from error
        _check(reply, self._url)
        if not reply.content.strip():
            return None
        try:
            return reply.json()
        except ValueError as error:
            raise _no_json(self._url) from error

    def _stream(self, path: str) -> Iterator[bytes]:
        try:
            headers = {"X-Redmine-API-Key": self._key, "Accept": "*/*"}
            with self._client.stream("GET", path, headers=headers) as reply:
                if not reply.is_success:
                    reply.read()
                _check(reply, self._url)
                yield from reply.iter_bytes(_CHUNK)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> TicketError:
        if isinstance(error, httpx.TimeoutException):
            what = f"did not answer within {self._client.timeout.read:g} s"
        elif isinstance(_root(error), ssl.SSLError):
            what = f"is not trusted: {brief(str(_root(error)))}; is ca_file missing"
        else:
            what = f"cannot be reached: {brief(str(error))}"
        return TicketError(f"Redmine at {self._url} {what}.")


def _uploads(session: _Session, file: Bundle | None) -> list[dict[str, str]]:
    return [session.upload(file)] if file else []


def _update(
    session: _Session, number: int, note: dict[str, Any], body: str, new: Bundle | None
) -> Outcome:
    """Attach the bundle if it is ``new`` and bring the note up to date."""
    if new:
        session.change(number, uploads=_uploads(session, new))
    if same(str(note["notes"]), body):
        return Outcome.UNCHANGED
    try:
        session.rewrite(int(note["id"]), body)
    except TicketError as error:
        posted = f"the bundle {new.name}" if new else ""
        raise TicketError(
            f"the comment of an earlier run could not be updated: {error}", posted=posted
        ) from error
    return Outcome.UPDATED


def _note(issue: dict[str, Any], key: str) -> dict[str, Any] | None:
    """Return the latest note that carries ``key``."""
    notes = [note for note in issue.get("journals", ()) if carries(str(note.get("notes")), key)]
    return notes[-1] if notes else None


def _holds(session: _Session, issue: dict[str, Any], file: Bundle) -> bool:
    """Say whether the issue has this very file. Name and size are not enough: it is read."""
    return any(
        session.digest(int(each["id"]), file.name) == file.sha256 for each in _alike(issue, file)
    )


def _alike(issue: dict[str, Any], file: Bundle) -> list[dict[str, Any]]:
    return [
        each
        for each in issue.get("attachments", ())
        if each.get("filename") == file.name and each.get("filesize") == file.size
    ]


def _confirm(issue: dict[str, Any], key: str, file: Bundle) -> dict[str, Any]:
    """Return our note as the issue shows it. Redmine answers "done" when it dropped something."""
    note, bundle = _note(issue, key), _alike(issue, file)
    if note and bundle:
        return note
    missing = " and ".join(
        [*([] if note else ["the comment"]), *([] if bundle else [f"the bundle {file.name}"])]
    )
    posted = f"the bundle {file.name}" if bundle else "the comment" if note else ""
    raise TicketError(
        f"Redmine said yes and the issue does not show {missing}: "
        "may the user of this key add notes and files to it?",
        posted=posted,
    )


_STATUS = {
    401: "does not know the key (or its REST API is off)",
    403: "refuses: the user of this key may not do this, or its REST API is off",
    404: "has no such issue, or the user of this key may not see it, or url is not its address",
    413: "or a proxy before it does not take a file of this size",
    422: "does not take it",
}


def _check(reply: httpx.Response, url: str) -> None:
    """Raise TicketError for an answer other than "done"."""
    if reply.is_success:
        return
    if reply.is_redirect:
        where = brief(reply.headers.get("Location", "another address"))
        raise TicketError(f"Redmine at {url} sends on to {where}: write its own address as url.")
    said = _STATUS.get(reply.status_code, "answers with an error")
    why = "; ".join(_errors(reply))
    raise TicketError(
        f"Redmine at {url} {said} (HTTP {reply.status_code}{f': {brief(why)}' if why else ''})."
    )


def _errors(reply: httpx.Response) -> list[str]:
    """Return what Redmine says in {"errors": [...]}; nothing for a page."""
    try:
        body = reply.json()
    except ValueError:
        return []
    errors = body.get("errors") if isinstance(body, dict) else None
    return [str(error) for error in errors] if isinstance(errors, list) else []


def _no_json(url: str) -> TicketError:
    return TicketError(
        f"what answers at {url} is not Redmine's REST API: is url the address of its front page?"
    )


def _root(error: BaseException) -> BaseException:
    """Return the first error of a chain: httpx wraps the one of the TLS layer twice."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return error
