"""What a user reads when a tracker is not there, is not one, or answers badly."""

import datetime as dt
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from netsnap.tickets.attach import attach
from netsnap.tickets.errors import TicketError, brief

SECRET = "s3cret-of-the-tests"  # noqa: S105 -- opens nothing
TARGETS = ("redmine:7", "jira:OPS-7")
PAGE = "<!DOCTYPE html><html><body>Sign in, please</body></html>"


def attempt(target: str, url: str, bundle: Path, **more: object) -> str:
    """Try to attach and return the sentence of the failure, which never holds the secret."""
    settings = {
        "redmine": {"url": url, "key_env": "SECRET"} | more,
        "jira": {"url": url, "token_env": "SECRET", "user": "ops@example.net"} | more,
    }
    with pytest.raises(TicketError) as caught:
        attach(
            target,
            settings=settings,
            secrets={"SECRET": SECRET}.get,
            markdown="## netsnap",
            bundle=bundle,
            key="aa..bb",
        )
    sentence = str(caught.value)
    assert SECRET not in sentence
    assert "\n" not in sentence
    assert sentence.endswith((".", "?"))
    return sentence


@contextmanager
def answering(
    status: int, body: str, *, kind: str = "text/html", location: str = "", certificate: str = ""
) -> Iterator[str]:
    """Run a server that says the same to everybody."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base's name
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: a client that does not trust the certificate hangs up."""

    server = Server(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def certificate(tmp_path: Path) -> str:
    """A certificate for 127.0.0.1 that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tracker")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(private + signed.public_bytes(pem))
    return str(path)


@pytest.mark.parametrize("target", TARGETS)
def test_nobody_listens(target: str, bundle: Path) -> None:
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        sentence = attempt(target, f"http://127.0.0.1:{bound.getsockname()[1]}", bundle)
    assert "cannot be reached: " in sentence
    assert "refused" in sentence


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "gopher://me:hunter2@h:1", "http://[x"])
def test_a_proxy_that_cannot_be_used_is_a_sentence(
    target: str, proxy: str, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, proxy)
        monkeypatch.setenv(name.lower(), proxy)
    said = attempt(target, "http://tracker.invalid", bundle)
    assert "cannot be reached" in said
    assert "hunter2" not in said


@pytest.mark.parametrize("target", TARGETS)
def test_a_name_that_nobody_has(target: str, bundle: Path) -> None:
    assert "cannot be reached: " in attempt(target, "http://tracker.invalid", bundle)


@pytest.mark.parametrize("target", TARGETS)
def test_a_silent_server_is_left_in_time(target: str, bundle: Path) -> None:
    with closing(socket.socket()) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert "did not answer within 0.3 s" in attempt(target, url, bundle, timeout=0.3)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("body", [PAGE, "[]", '{"issue": null}', "", '"text"'])
def test_what_is_no_tracker_is_called_so(target: str, body: str, bundle: Path) -> None:
    with answering(200, body) as url:
        assert "REST API: is url" in attempt(target, url, bundle)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 422, 429, 500, 502, 503])
def test_a_status_is_told_and_a_page_is_not(target: str, status: int, bundle: Path) -> None:
    with answering(status, PAGE) as url:
        sentence = attempt(target, url, bundle)
    assert f"HTTP {status}" in sentence
    assert "html" not in sentence.lower()


@pytest.mark.parametrize("target", TARGETS)
def test_what_a_tracker_says_cannot_paint_the_terminal(target: str, bundle: Path) -> None:
    body = '{"errors": ["\\u001b[2Jgone\\nOK"], "errorMessages": ["\\u001b[2Jgone\\nOK"]}'
    with answering(422, body, kind="application/json") as url:
        sentence = attempt(target, url, bundle)
    assert "[2Jgone OK" in sentence
    assert "\x1b" not in sentence


def test_redmine_that_sends_on_is_not_followed(bundle: Path) -> None:
    with answering(301, "", location="https://redmine.example/") as url:
        sentence = attempt("redmine:7", url, bundle)
    assert "sends on to https://redmine.example/: write its own address as url" in sentence
    with answering(301, "", location="https://redmine.example/\x1b[2J") as url:
        assert "\x1b" not in attempt("redmine:7", url, bundle)


@pytest.mark.parametrize("target", TARGETS)
def test_a_certificate_that_nobody_signed_is_not_trusted(
    target: str, certificate: str, bundle: Path
) -> None:
    with answering(404, "", certificate=certificate) as url:
        sentence = attempt(target, url, bundle)
        assert "is not trusted" in sentence
        assert "is ca_file missing?" in sentence
        assert "HTTP 404" in attempt(target, url, bundle, ca_file=certificate)


@pytest.mark.parametrize("target", TARGETS)
def test_a_ca_file_that_cannot_be_used_is_named(target: str, bundle: Path, tmp_path: Path) -> None:
    rubbish = tmp_path / "ca.pem"
    rubbish.write_text("no certificate")
    for file in (rubbish, tmp_path / "missing.pem"):
        assert str(file) in attempt(target, "https://127.0.0.1:9", bundle, ca_file=str(file))


def test_a_foreign_sentence_is_one_short_line() -> None:
    assert brief("a\n\tb\x07c. ") == "a b c"
    assert len(brief("word " * 100)) == 200
