"""A stand-in for Jira on the loopback interface that holds every request against Atlassian's words.

It keeps comments and files, so that a second run meets what the first one left. A request that the
published description does not allow is written down in ``wrong`` and refused, and so is an
answer of its own that the description does not allow.
"""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.tickets.description import Operation, find

ISSUE = "OPS-7"
USER = "ops@example.net"
TOKEN = "a-token-of-the-tests"  # noqa: S105 -- opens nothing but this stand-in
TOO_LONG = "The entered text is too long. It exceeds the allowed limit of 32,767 characters."


@dataclass
class JiraServer:
    """What the server holds, and what it was asked. ``readonly`` refuses to edit comments."""

    url: str = ""
    upload_limit: int = 10_000_000
    readonly: bool = False
    pages_ignored: bool = False
    comments: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def answer(  # noqa: PLR0911 -- one for each operation
        self, operation: Operation, query: dict[str, list[str]], body: Any
    ) -> "_Answer":
        """Do what the operation does to an issue and return status and JSON."""
        if operation.values.get("issueIdOrKey", ISSUE) != ISSUE:
            return 404, _refusal("Issue does not exist or you do not have permission to see it.")
        match operation.path.removeprefix("/rest/api/3/"), operation.method:
            case "issue/{issueIdOrKey}", "get":
                return 200, {"id": "10007", "key": ISSUE, "fields": {"attachment": self.files}}
            case "issue/{issueIdOrKey}/comment", "get":
                return 200, self._page(query)
            case "issue/{issueIdOrKey}/comment", "post":
                return self._comment(str(len(self.comments) + 100), body)
            case "issue/{issueIdOrKey}/comment/{id}", "put" if self.readonly:
                return 400, _refusal("You do not have the permission to edit this comment.")
            case "issue/{issueIdOrKey}/comment/{id}", "put":
                return self._comment(operation.values["id"], body)
            case "issue/{issueIdOrKey}/comment/{id}", "get":
                return 200, self._find(operation.values["id"])
            case "attachment/meta", "get":
                return 200, {"enabled": True, "uploadLimit": self.upload_limit}
            case "issue/{issueIdOrKey}/attachments", "post":
                return self._attach(body)
        return 404, _refusal(f"the stand-in does not do {operation.path}")

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        start, most = int(query["startAt"][0]), int(query["maxResults"][0])
        page = self.comments if self.pages_ignored else self.comments[start : start + most]
        total = len(self.comments)
        return {"startAt": start, "maxResults": most, "total": total, "comments": page}

    def _comment(self, number: str, body: dict[str, Any]) -> "_Answer":
        if not isinstance(body.get("body"), str):
            self.wrong.append("a comment's body is a string of wiki markup in v2")
        if len(body["body"]) > 32_767:
            return 400, {"errorMessages": [], "errors": {"comment": TOO_LONG}}
        known = [each for each in self.comments if each["id"] == number]
        comment = known[0] if known else {"id": number}
        place = f"{self.url}/rest/api/2/issue/{ISSUE}/comment/{number}"
        comment |= {"body": body["body"], "self": place}
        if known:
            return 200, comment
        self.comments.append(comment)
        return 201, comment

    def _find(self, number: str) -> dict[str, Any]:
        return next(each for each in self.comments if each["id"] == number)

    def _attach(self, parts: list[tuple[str, str, bytes]]) -> "_Answer":
        added = []
        for name, filename, content in parts:
            if name != "file":
                self.wrong.append(f"the part of an attachment must be named file, not {name!r}")
            if len(content) > self.upload_limit:
                return 413, _refusal("The file exceeds its maximum permitted size.")
            number = str(len(self.files) + 500)
            self.contents[number] = content
            place = f"{self.url}/rest/api/2/attachment"
            added.append(
                {
                    "self": f"{place}/{number}",
                    "id": number,
                    "filename": filename,
                    "size": len(content),
                    "content": f"{place}/content/{number}",
                }
            )
        self.files += added
        return 200, added


_Answer = tuple[int, Any]


@contextmanager
def jira_server() -> Iterator[JiraServer]:
    """Run the stand-in until the block ends, and fail if anything was against the description."""
    state = JiraServer()
    handler = type("Handler", (_Handler,), {"state": state})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    state.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert not state.wrong, "\n".join(state.wrong)


class _Handler(BaseHTTPRequestHandler):
    """Reads a request, holds it against the description, and answers from the state."""

    state: JiraServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
        """Say nothing: the tests read ``asked``."""

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        address = urlsplit(self.path)
        self.state.asked.append(f"{self.command} {self.path}")
        if address.path.startswith("/media/"):
            self._send(200, self.state.contents[address.path.rpartition("/")[2]], {})
            return
        operation = find(self.command, address.path)
        if operation is None:
            self.state.wrong.append(f"{self.command} {address.path} is not described")
            self._send(405, b"", {})
            return
        query = parse_qs(address.query, keep_blank_values=True)
        wrong = operation.wrong_query(query)
        body = _read(raw, self.headers.get("Content-Type", ""))
        if raw:
            wrong += operation.wrong_body(self.headers.get("Content-Type", ""), body)
        if operation.path.endswith("/attachments") and not self.headers.get("X-Atlassian-Token"):
            wrong.append("X-Atlassian-Token is missing")
        status, answer = self._answer(operation, query, body, wrong)
        wrong += operation.wrong_answer(status, answer)
        self.state.wrong += [f"{self.command} {self.path}: {each}" for each in wrong]
        self._send_json(status, answer)

    def _answer(
        self, operation: Operation, query: dict[str, list[str]], body: Any, wrong: list[str]
    ) -> _Answer:
        basic = base64.b64encode(f"{USER}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") not in (f"Basic {basic}", f"Bearer {TOKEN}"):
            return 401, _refusal("Client must be authenticated to access this resource.")
        if wrong:
            return 400, _refusal("; ".join(wrong))
        if operation.path.endswith("/attachment/content/{id}"):
            return 303, f"{self.state.url}/media/{operation.values['id']}"
        return self.state.answer(operation, query, body)

    def _send_json(self, status: int, answer: Any) -> None:
        if status == 303:
            self._send(status, b"", {"Location": str(answer)})
        else:
            content = json.dumps(answer).encode()
            self._send(status, content, {"Content-Type": "application/json;charset=UTF-8"})

    def _send(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _read(raw: bytes, content_type: str) -> Any:
    """Read a body as JSON, or as the (name, filename, content) of each part of a form."""
    if content_type.startswith("multipart/form-data"):
        form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw)
        return [
            (
                str(part.get_param("name", header="Content-Disposition")),
                str(part.get_filename()),
                part.get_payload(decode=True),
            )
            for part in form.walk()
            if not part.is_multipart()
        ]
    return json.loads(raw) if raw else None


def _refusal(sentence: str) -> dict[str, Any]:
    return {"errorMessages": [sentence], "errors": {}}
