"""The images of the lab: a static busybox in a tar, for ``docker import``; no registry is asked."""

import io
import shlex
import shutil
import tarfile
from pathlib import Path

from tests.lab.nodes import run_on
from tests.lab.plan import Node
from tests.lab.shell import LabError, Process

PAUSE = "gcr.io/google_containers/pause-amd64:3.0"
_APPLETS = ("sh", "sleep", "ping", "ip", "cat", "echo", "ls", "nc", "wget", "env")

# Ends at once on SIGTERM, as the real pause does: a shell that is PID 1 needs the trap for that.
_PAUSE = b"#!/bin/sh\ntrap 'exit 0' TERM INT\nwhile :; do sleep 86400 & wait $!; done\n"


def write_tar(path: Path) -> None:
    """Write the root file system of both images. Raises LabError without a busybox."""
    busybox = shutil.which("busybox")
    if busybox is None:
        raise LabError("no program 'busybox' on this machine (package busybox-static)")
    with tarfile.open(path, "w") as tar:
        tar.add(busybox, "bin/busybox")
        for applet in _APPLETS:
            link = tarfile.TarInfo(f"bin/{applet}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        pause = tarfile.TarInfo("pause")
        pause.mode, pause.size = 0o755, len(_PAUSE)
        tar.addfile(pause, io.BytesIO(_PAUSE))


def load(process: Process, node: Node, tar: Path) -> None:
    """Import the pause image and the node's application images."""
    apps = sorted({(pod.image, pod.application) for pod in node.pods})
    source = shlex.quote(str(tar))
    script = f"""docker import -c 'ENTRYPOINT ["/pause"]' {source} {PAUSE} >/dev/null"""
    for image, _ in apps:
        script += f"""; docker import -c 'CMD ["sleep", "36000000"]' {source} {image} >/dev/null"""
    run_on(process, script)
