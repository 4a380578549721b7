"""The netsnap command as a user runs it: a process of its own, with a home of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LIMIT = 120.0


@dataclass(frozen=True)
class Tool:
    """Runs ``netsnap`` in ``folder``; its history and its mask key lie there too."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every run: nothing of the caller's netsnap is seen."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return {**kept, "NETSNAP_HOME": str(self.folder / "home"), "HOME": str(self.folder)}

    @property
    def history(self) -> Path:
        """The SQLite file."""
        return self.folder / "home" / "history.db"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a run and leave it to the caller."""
        return subprocess.Popen(
            [sys.executable, "-m", "netsnap", *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run to the end and return what it said, whatever its exit status."""
        with self.start(*arguments) as process:
            try:
                out, err = process.communicate(timeout=LIMIT)
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
