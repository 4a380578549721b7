"""The lab's command, where it needs no lab: mistakes are answered in a sentence."""

from pathlib import Path

import pytest

from tests.lab.__main__ import main


def test_says_which_faults_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--run-dir", str(tmp_path / "lab"), "break", "gremlins"]) == 2
    said = capsys.readouterr().err
    assert "no fault 'gremlins' (faults: " in said
    assert " bgp-cut, " in said


def test_says_that_no_lab_is_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--run-dir", str(tmp_path / "lab"), "ping"]) == 2
    assert f"no lab is up in {tmp_path / 'lab'}" in capsys.readouterr().err


def test_refuses_a_number_that_is_no_octet(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--number", "256", "status"]) == 2
    assert "a lab's number is 0 to 255, not 256" in capsys.readouterr().err


def test_down_without_a_lab_is_no_error(tmp_path: Path) -> None:
    assert main(["--run-dir", str(tmp_path / "lab"), "down"]) == 0


@pytest.mark.lab
def test_refuses_a_run_directory_with_other_things_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "thesis.tex").write_text("")
    assert main(["--number", "251", "--run-dir", str(tmp_path), "up"]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert (tmp_path / "thesis.tex").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1, 2", '{"number": "x"}'])
def test_refuses_a_state_that_is_none(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "state.json").write_text(text)
    assert main(["--run-dir", str(tmp_path), "down"]) == 2
    assert "is not a lab's state" in capsys.readouterr().err
    assert (tmp_path / "state.json").exists()
