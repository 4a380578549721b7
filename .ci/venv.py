"""Make the project's virtual environment, on a machine that may have nothing but python3 and make.

Debian ships python3 without ensurepip. As root the missing package is installed; otherwise pip
is taken from the package index as a wheel, which python runs without installing it.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

ROOT = Path(__file__).resolve().parent.parent


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.hrefs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.hrefs += [value for name, value in attrs if name == "href" and value]


def main(target: Path) -> int:
    """Create ``target`` with netsnap and its development tools in it; return an exit status."""
    if sys.version_info < (3, 11):
        print(f"netsnap needs Python 3.11 or newer; this is {sys.version.split()[0]}")
        return 1
    pip = _make(target)
    install = [*pip, "install", "--quiet", "--editable", f"{ROOT}[dev,bench]"]
    return subprocess.call([*install, "--no-warn-script-location"], env=_environment())


def _environment() -> dict[str, str]:
    return {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}


def _make(target: Path) -> list[str]:
    python = str(target / "bin" / "python")
    shutil.rmtree(target, ignore_errors=True)
    if _has_ensurepip() or _apt_install_venv():
        subprocess.check_call([sys.executable, "-m", "venv", str(target)])
        return [python, "-m", "pip"]
    subprocess.check_call([sys.executable, "-m", "venv", "--without-pip", str(target)])
    return [python, str(_pip_wheel(Path(tempfile.mkdtemp(prefix="netsnap-pip-"))) / "pip")]


def _has_ensurepip() -> bool:
    probe = subprocess.run(
        [sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False
    )
    return probe.returncode == 0


def _apt_install_venv() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update", "-qq"], ["install", "-y", "-qq", name]):
        status = subprocess.call(["apt-get", *words], env=environment, stdout=sys.stderr)
    return status == 0


def _pip_wheel(folder: Path) -> Path:
    index = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    links = _Links()
    with urllib.request.urlopen(index) as page:  # noqa: S310 -- the user's own index or PyPI
        links.feed(page.read().decode())
    wheels = [href for href in links.hrefs if re.search(r"/pip-[\d.]+-py3-none-any\.whl", href)]
    wheel = folder / "pip.whl"
    with urllib.request.urlopen(urljoin(index, wheels[-1])) as body:  # noqa: S310 -- likewise
        wheel.write_bytes(body.read())
    return wheel


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
