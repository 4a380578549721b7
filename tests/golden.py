"""The samples and what is read from them: ``python -m tests.golden`` rewrites the goldens.

A sample is ``samples/PROBE/CASE.txt``, byte for byte as the program printed it; its golden is
``CASE.json`` beside it, one record a line, for a person to read in the diff. An interface probe's
sample says which interface: ``CASE@INTERFACE.txt``.
"""

import json
from pathlib import Path
from typing import Any

from parsers.read import as_json, read_text
from parsers.reading import Reading

ROOT = Path(__file__).resolve().parent.parent
SAMPLES = ROOT / "samples"


def samples() -> list[Path]:
    """Return every sample, in order of probe and case."""
    return sorted(SAMPLES.glob("*/*.txt"))


def name(sample: Path) -> str:
    """Return a sample's name for a test's id."""
    return f"{sample.parent.name}/{sample.stem}"


def reading_of(sample: Path) -> Reading:
    """Read a sample as the probe whose folder it lies in."""
    return text_of(sample, sample.read_bytes())


def text_of(sample: Path, data: bytes) -> Reading:
    """Read another text as if it were the sample's."""
    subject = sample.stem.partition("@")[2]
    command = f"ethtool -S {subject}" if subject else sample.parent.name
    return read_text(command, data)


def golden_of(sample: Path) -> Path:
    """Return where a sample's golden lies."""
    return sample.with_suffix(".json")


def render(reading: Reading) -> str:
    """Return a reading as the golden's text: fields that say nothing are left out."""
    shown = as_json(reading)
    records = ",\n".join(f"  {json.dumps(_told(each))}" for each in shown["records"])
    return (
        f'{{"records": [\n{records}\n ],\n'
        f' "ledger": {json.dumps(shown["ledger"])},\n'
        f' "blind": {json.dumps(shown["blind"])}}}\n'
    )


def _told(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if value not in ("", None, (), [])}


def main() -> None:
    """Rewrite every golden."""
    for sample in samples():
        golden_of(sample).write_text(render(reading_of(sample)), "utf-8")


if __name__ == "__main__":
    main()
