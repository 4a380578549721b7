"""Redmine's REST API: https://www.redmine.org/projects/redmine/wiki/Rest_api.

The one module that knows httpx.
"""

import hashlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx

from netsnap.tickets.bundle import Bundle
from netsnap.tickets.errors import TicketError, brief

_PROBE = "*netsnap*"
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Note:
    """A note of an issue; a change without a text has an empty one."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class File:
    """A file of an issue, ``size`` in bytes."""

    id: int
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the user of the key sees it, oldest note and file first."""

    notes: tuple[Note, ...]
    files: tuple[File, ...]


class Session:
    """One connection. Every method raises TicketError, and nothing of httpx gets out."""

    def __init__(self, url: str, key: str, *, timeout: float, ca_file: str) -> None:
        self._url = url
        self._key = key
        try:
            self._client = httpx.Client(
                base_url=url,
                headers={"Accept": "application/json", "User-Agent": "netsnap"},
                timeout=timeout,
                verify=ssl.create_default_context(cafile=ca_file or None),
            )
        except (ValueError, ImportError) as error:  # of the proxies that the environment names
            raise TicketError(
                f"Redmine at {url} cannot be reached: {brief(str(error))}. "
                "Is a proxy in the environment that is not http:// or https://?"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def issue(self, number: int) -> Issue:
        """Read an issue with its notes and files."""
        path = f"/issues/{number}.json"
        reply = self._ask("GET", path, params={"include": "journals,attachments"})
        try:
            issue = reply["issue"]
            return Issue(
                tuple(Note(int(at["id"]), str(at.get("notes") or "")) for at in issue["journals"]),
                tuple(
                    File(int(at["id"]), str(at["filename"]), int(at["filesize"]))
                    for at in issue["attachments"]
                ),
            )
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise _no_json(self._url) from error

    def change(self, number: int, **attributes: object) -> None:
        """Change an issue. Redmine drops what the user may not change and says nothing of it."""
        self._ask("PUT", f"/issues/{number}.json", json={"issue": attributes})

    def rewrite(self, note: int, body: str) -> None:
        """Give a note of an issue a new text."""
        self._ask("PUT", f"/journals/{note}.json", json={"journal": {"notes": body}})

    def upload(self, file: Bundle) -> dict[str, str]:
        """Send a file that belongs to no issue yet; return what an issue refers to it by."""
        kind = "application/octet-stream"
        headers = {"Content-Type": kind, "Content-Length": str(file.size)}
        try:
            with file.path.open("rb") as content:
                chunks = iter(lambda: content.read(_CHUNK), b"")
                where = {"filename": file.name}
                reply = self._ask(
                    "POST", "/uploads.json", params=where, headers=headers, content=chunks
                )
        except OSError as error:
            raise TicketError(f"{file.path} cannot be read: {error.strerror}.") from error
        try:
            token = str(reply["upload"]["token"])
        except (TypeError, KeyError) as error:
            raise _no_json(self._url) from error
        return {"token": token, "filename": file.name, "content_type": kind}

    def digest(self, attachment: int, name: str) -> str:
        """Read an attachment back and return its SHA-256."""
        found = hashlib.sha256()
        for chunk in self._stream(f"/attachments/download/{attachment}/{name}"):
            found.update(chunk)
        return found.hexdigest()

    def formatting(self) -> str:
        """Find out from the public preview how notes are formatted: "textile", "markdown" or "".

        "" is a Redmine that shows nothing to who has not logged in; a key does not open the page.
        """
        headers = {"Accept": "text/html"}
        try:
            reply = self._client.get("/preview/text", params={"text": _PROBE}, headers=headers)
        except httpx.HTTPError as error:
            raise self._unreachable(error) from error
        if reply.is_success and "<strong>netsnap</strong>" in reply.text:
            return "textile"
        return "markdown" if reply.is_success and "<em>netsnap</em>" in reply.text else ""

    def _ask(self, method: str, path: str, **request: Any) -> Any:
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
            what = f"did not answer within {self._client.timeout.read:g} s."
        elif isinstance(_root(error), ssl.SSLError):
            what = f"is not trusted: {brief(str(_root(error)))}; is ca_file missing?"
        else:
            what = f"cannot be reached: {brief(str(error))}."
        return TicketError(f"Redmine at {self._url} {what}")


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
