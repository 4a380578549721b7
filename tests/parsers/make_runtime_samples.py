"""Makes the samples of podman and crictl, as root on Debian:
``python -m tests.parsers.make_runtime_samples podman CASE ROOT full|small`` and
``python -m tests.parsers.make_runtime_samples cri|crio CASE ROOT CRICTL``.

ROOT is a Debian with podman, or containerd or CRI-O and the CNI plugins (debootstrap makes one; "/"
is this machine's), CRICTL a crictl in it. Nothing of it is written: the scenes in ``scenes/`` run
in namespaces, on file systems in memory. Secrets are masked as they are in the history.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from parsers.catalogue import entry
from tests.lab.images import write_tar
from tests.parsers.make_node_samples import masked, put

SCENES = Path(__file__).parent / "scenes"
ASKED = {
    "docker": ("docker-inspect", "docker-ps", "netns"),
    "podman": ("podman-inspect", "podman-ps", "netns"),
    "crio": ("crictl-inspect", "crictl-ps", "crictl-pods", "netns"),
    "cri": ("crictl-inspect", "crictl-ps", "crictl-pods", "netns"),
}
KEPT = ("podman-inspect", "podman-ps", "crictl-inspect", "crictl-ps", "crictl-pods")
LIMIT = 120.0


def main() -> None:
    """Write the samples; ``make golden`` then writes what is read from them."""
    scene, case, root, argument = sys.argv[1:]
    said = said_in(scene, Path(root), argument)
    texts = {}
    for name, text in said.items():
        probe, _, variant = name.partition(".")
        if probe in KEPT:
            texts[f"{probe}/{f'{case}-{variant}' if variant else case}"] = text
    for sample, text in masked(texts).items():
        put(sample, text)


def said_in(
    scene: str, root: Path, argument: str, files: Mapping[str, str] | None = None
) -> dict[str, bytes]:
    """Run a scene; return what each probe said, and each variant of it (PROBE.VARIANT).

    ``files`` are laid beside the scene's script.
    """
    with tempfile.TemporaryDirectory() as folder:
        here, out = Path(folder) / "scene", Path(folder) / "out"
        shutil.copytree(SCENES, here)
        out.mkdir()
        write_tar(here / "rootfs.tar")
        for name, text in (files or {}).items():
            (here / name).write_text(text)
        for probe in ASKED[scene]:
            (here / f"{probe}.probe").write_text(entry(probe).probe.command)
        command = ["sh", str(here / "enter.sh"), str(root), str(here), str(out)]
        subprocess.run([*command, f"/run/scene/{scene}.sh", argument], check=True, timeout=LIMIT)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


if __name__ == "__main__":
    main()
