"""A real Redmine on the loopback interface, with a database of its own that goes with it.

Debian's packages bring the application and its gems; ``packages.sh`` installs them. A copy of
the application in a temporary folder takes the tests' database and files. Starting takes about
six seconds: the application is loaded once, and the process that fills the database serves it.
"""

import os
import re
import secrets
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

APPLICATION = Path("/usr/share/redmine")
BUNDLERS = Path("/usr/share/rubygems-integration/all/gems")
START_SECONDS = 120.0


@dataclass(frozen=True)
class RedmineServer:
    """A Redmine that runs. ``key`` is its administrator's; ``project`` is public."""

    url: str
    key: str
    database: Path
    project: str = "incidents"

    def call(self, method: str, path: str, body: object = None, key: str = "") -> Any:
        """Send a request of the test's own, not netsnap's, and return its JSON."""
        reply = httpx.request(
            method,
            self.url + path,
            json=body,
            headers={"X-Redmine-API-Key": key or self.key},
            timeout=30,
        )
        reply.raise_for_status()
        return reply.json() if reply.content.strip() else None

    def new_issue(self) -> int:
        """Create an issue and return its number."""
        issue = {"project_id": self.project, "tracker_id": 1, "subject": "pods cannot reach pods"}
        created = self.call("POST", "/issues.json", {"issue": issue})
        return int(created["issue"]["id"])

    def issue(self, number: int) -> dict[str, Any]:
        """Read an issue with its notes and files."""
        path = f"/issues/{number}.json?include=journals,attachments"
        return dict(self.call("GET", path)["issue"])

    def new_user(self, login: str, role: str) -> str:
        """Create a user with a role in the project and return the user's key."""
        person = {
            "login": login,
            "firstname": login,
            "lastname": login,
            "mail": f"{login}@example.net",
            "password": secrets.token_hex(8),
        }
        user = self.call("POST", "/users.json", {"user": person})["user"]
        if role:
            roles = {each["name"]: each["id"] for each in self.call("GET", "/roles.json")["roles"]}
            member = {"user_id": user["id"], "role_ids": [roles[role]]}
            path = f"/projects/{self.project}/memberships.json"
            self.call("POST", path, {"membership": member})
        return str(self.call("GET", f"/users/{user['id']}.json")["user"]["api_key"])

    def rendered(self, number: int) -> str:
        """Return the page of an issue as anyone's browser gets it."""
        return httpx.get(f"{self.url}/issues/{number}", timeout=30).text

    @contextmanager
    def setting(self, name: str, value: str) -> Iterator[None]:
        """Set one of Redmine's settings, which its REST API does not do, for a while."""
        before = self._set(name, value)
        try:
            yield
        finally:
            self._set(name, before)

    @contextmanager
    def without_permission(self, role: str, permission: str) -> Iterator[None]:
        """Take a permission from a role, which its REST API does not do, for a while."""
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            find = "SELECT permissions FROM roles WHERE name = ?"
            before = str(database.execute(find, [role]).fetchone()[0])
            change = "UPDATE roles SET permissions = ? WHERE name = ?"
            with database:
                database.execute(change, [before.replace(f"- :{permission}\n", ""), role])
            try:
                yield
            finally:
                with database:
                    database.execute(change, [before, role])

    def _set(self, name: str, value: str | None) -> str | None:
        # Redmine reads its settings anew when the latest change is later than its last look.
        later = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(time.time() + 2))
        with closing(sqlite3.connect(self.database, timeout=10)) as database, database:
            row = database.execute("SELECT value FROM settings WHERE name = ?", [name]).fetchone()
            database.execute("DELETE FROM settings WHERE name = ?", [name])
            if value is not None:
                values = [name, value, later]
                database.execute(
                    "INSERT INTO settings (name, value, updated_on) VALUES (?, ?, ?)", values
                )
            database.execute("UPDATE settings SET updated_on = ?", [later])
        return str(row[0]) if row else None


def missing() -> str:
    """Say what this machine lacks to run Redmine, "" if nothing."""
    if not (APPLICATION / "config.ru").exists():
        return "the Debian packages redmine and redmine-sqlite are not installed"
    return "" if shutil.which("puma") else "the Debian package puma is not installed"


@contextmanager
def redmine_server(folder: Path) -> Iterator[RedmineServer]:
    """Run a Redmine in ``folder`` until the block ends."""
    key = secrets.token_hex(20)
    port = _free_port()
    application = _copy(folder)
    log = folder / "log.txt"
    bundler = max(BUNDLERS.glob("bundler-*")).name.removeprefix("bundler-")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "RAILS_ENV": "production",
        "BUNDLER_VERSION": bundler,
        "NETSNAP_REDMINE_KEY": key,
    }
    command = ["puma", "--silent", "-t", "1:2", "-b", f"tcp://127.0.0.1:{port}", "netsnap.ru"]
    with log.open("wb") as out:
        bundle = ["bundle", "install", "--local", "--quiet"]
        subprocess.run(bundle, cwd=application, env=environment, stdout=out, stderr=out, check=True)
        process = subprocess.Popen(
            command, cwd=application, env=environment, stdout=out, stderr=out
        )
    try:
        server = RedmineServer(
            f"http://127.0.0.1:{port}", key, application / "instances/default/redmine.sqlite3"
        )
        _wait(server, process, log)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


def _copy(folder: Path) -> Path:
    """Lay out the application with a database, a secret and folders of its own."""
    application = folder / "redmine"
    skip = shutil.ignore_patterns("Gemfile.lock", "instances", "database.yml", "help")
    shutil.copytree(APPLICATION, application, symlinks=True, ignore=skip)
    instance = application / "instances/default"
    for name in ("config", "files", "log", "tmp"):
        (instance / name).mkdir(parents=True)
    database = (
        f"production: {{adapter: sqlite3, database: {instance}/redmine.sqlite3, timeout: 9000}}"
    )
    for place in (application / "config", instance / "config"):
        (place / "database.yml").write_text(database)
    (instance / "config/secret_key.txt").write_text(secrets.token_hex(32))
    gemfile = application / "Gemfile"
    gemfile.write_text(re.sub(r"/usr/share/redmine\b", str(application), gemfile.read_text()))
    shutil.copy(Path(__file__).with_name("redmine.ru"), application / "netsnap.ru")
    return application


def _wait(server: RedmineServer, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Wait until it answers, and give it a public project."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            server.call("GET", "/users/current.json")
            break
        except httpx.TransportError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Redmine did not start:\n{log.read_text()[-3000:]}") from None
            time.sleep(0.1)
    project = {"name": server.project, "identifier": server.project, "is_public": True}
    server.call("POST", "/projects.json", {"project": project})


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
