"""The netsnap command as a user runs it: a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LIMIT = 120.0


@dataclass(frozen=True)
class Tool:
    """Runs ``netsnap`` in ``folder``; its history and its mask key lie there too."""

    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every run: nothing of the caller's netsnap is seen."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        own = {"NETSNAP_HOME": str(self.folder / "home"), "HOME": str(self.folder)}
        return {**kept, **own, **self.variables}

    @property
    def history(self) -> Path:
        """The SQLite file."""
        return self.folder / "home" / "history.db"

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        """Start a run and leave it to the caller."""
        return subprocess.Popen(
            [sys.executable, "-m", "netsnap", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run to the end, ``given`` on standard input; return what it said, whatever its status."""
        stdin = subprocess.DEVNULL if given is None else subprocess.PIPE
        with self.start(*arguments, stdin=stdin) as process:
            try:
                out, err = process.communicate(given, timeout=LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def diff(self, *arguments: str) -> dict[str, Any]:
        """Run ``netsnap diff --format json`` and return the document."""
        done = self.run("diff", *arguments, "--format", "json")
        assert done.returncode in (0, 1), done.stderr
        body: dict[str, Any] = json.loads(done.stdout)
        return body
