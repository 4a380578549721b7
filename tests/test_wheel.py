"""The built wheel, installed where nothing else is."""

import subprocess
import sys
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("netsnap", "collector", "parsers", "templates", "samples")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel as a release would."""
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
        timeout=280,
    )
    return next(out.glob("*.whl"))


def test_the_wheel_runs_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True, timeout=120)
    python = environment / "bin" / "python"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", str(wheel)], check=True, timeout=280
    )
    ran = subprocess.run(
        [str(environment / "bin" / "netsnap"), "--help"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
    )
    assert ran.returncode == 0, ran.stderr
    for command in ("collect", "diff", "log", "attach", "demo"):
        assert command in ran.stdout
    played = subprocess.run(
        [str(environment / "bin" / "netsnap"), "demo"],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        cwd=tmp_path,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )
    assert played.returncode == 0, played.stderr
    assert "BROKEN" in played.stdout


def test_the_wheel_holds_our_packages_and_nothing_of_the_lab(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(OURS)
    assert not any("calicoctl" in name and name.endswith((".sh", ".py")) for name in names)
    assert any(name.startswith("templates/") and name.endswith(".textfsm") for name in names)


def test_our_generic_top_level_names_are_ours_alone() -> None:
    owners = packages_distributions()
    for name in OURS:
        assert set(owners.get(name, ["netsnap"])) == {"netsnap"}, f"{name} is shared"
