"""The documentation of the records is what the code says."""

import pytest

from parsers.document import document
from parsers.records import RECORDS
from parsers.roles import roles
from tests.golden import ROOT


def test_the_documentation_of_the_records_is_up_to_date() -> None:
    written = (ROOT / "docs" / "records.md").read_text("utf-8")
    assert written == document(), "run `python -m parsers.document > docs/records.md`"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.kind)
def test_every_field_of_every_record_is_documented(record: type) -> None:
    parts = document().split("\n## ")
    kind: str = getattr(record, "kind")  # noqa: B009 - a record type is typed as any type here
    (part,) = (each for each in parts if each.startswith(f"{kind}\n"))
    for name, role in roles(record).items():
        assert f"| `{name}` | {role} |" in part
