"""What a user writes: targets, settings, secrets, and the sentences about them."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from netsnap.tickets.attach import TRACKERS, attach, parse_target
from netsnap.tickets.errors import TicketError
from netsnap.tickets.jira import Jira
from netsnap.tickets.redmine import Redmine

REDMINE: dict[str, object] = {"url": "https://redmine.example", "key_env": "REDMINE_KEY"}
JIRA: dict[str, object] = {"url": "https://jira.example", "token_env": "JIRA_TOKEN"}
SECRETS = {"REDMINE_KEY": "s3cret-of-redmine", "JIRA_TOKEN": "s3cret-of-jira"}


def test_a_target_names_a_tracker_and_an_issue() -> None:
    assert parse_target("redmine:123") == (Redmine, "123")
    assert parse_target("jira:OPS-7") == (Jira, "OPS-7")
    assert parse_target("Jira: OPS-7 ") == (Jira, "OPS-7")


def test_every_tracker_has_a_target_that_parses() -> None:
    for tracker in TRACKERS:
        assert parse_target(tracker.example)[0] is tracker


@pytest.mark.parametrize("target", ["", "123", ":123", "redmine:", "redmine: ", "bugzilla:1"])
def test_a_wrong_target_is_told_how_to_write_one(target: str) -> None:
    with pytest.raises(TicketError, match="write redmine:123 or jira:OPS-123"):
        parse_target(target)


@pytest.mark.parametrize(
    "target", ["redmine:OPS-7", "redmine:12/../3", "redmine:1?x=y", "jira:../7", "jira:OPS 7"]
)
def test_an_issue_that_is_no_issue_is_refused_before_anything_is_sent(
    target: str, tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle.tar"
    bundle.write_bytes(b"bundle")
    with pytest.raises(TicketError, match="is no issue of"):
        _attach(target, bundle=bundle)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ({}, "url must be its http:// or https:// address"),
        ({"url": "redmine.example"}, "url must be its http:// or https:// address"),
        ({"url": "ftp://redmine.example"}, "url must be its http:// or https:// address"),
        ({"url": "https://host:port"}, "url must be its http:// or https:// address"),
        ({"url": "https://me:pw@host"}, "url must hold no user, password, query"),
        ({"url": "https://host/?a=b"}, "url must hold no user, password, query"),
        ({"url": 7}, "url must be a string"),
        (REDMINE | {"colour": "red"}, "a setting 'colour' that netsnap does not know"),
        (REDMINE | {"key": "s3cret-of-redmine"}, "holds a secret in 'key'"),
        (REDMINE | {"key_env": "s3cret-of-redmine"}, "key_env must be the name of an environment"),
        ({"url": "https://redmine.example"}, "key_env must be the name of an environment"),
        (REDMINE | {"key_env": "NOT_SET"}, "the environment variable NOT_SET is not set"),
        (REDMINE | {"timeout": 0}, "timeout must be more than 0"),
        (REDMINE | {"timeout": True}, "timeout must be more than 0"),
        (REDMINE | {"timeout": "soon"}, "timeout must be more than 0"),
        (REDMINE | {"formatting": "html"}, "formatting is one of textile, markdown, common_mark"),
    ],
)
def test_a_wrong_setting_is_named_and_no_secret_is_told(
    section: Mapping[str, object], sentence: str
) -> None:
    with pytest.raises(TicketError) as caught:
        Redmine.configured(section, SECRETS.get)
    assert sentence in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_a_secret_of_two_lines_is_refused_and_not_told() -> None:
    for tracker, section in ((Redmine, REDMINE), (Jira, JIRA)):
        with pytest.raises(TicketError, match="more than one line") as caught:
            tracker.configured(section, dict.fromkeys(SECRETS, "s3cret\nX-Header: 1").get)
        assert "s3cret" not in str(caught.value)


def test_a_tracker_is_printed_without_its_secret() -> None:
    assert "s3cret" not in repr(Redmine.configured(REDMINE, SECRETS.get))
    assert "s3cret" not in repr(Jira.configured(JIRA, SECRETS.get))


def test_a_tracker_without_settings_says_where_they_go(tmp_path: Path) -> None:
    with pytest.raises(TicketError, match=r"add a \[tickets.jira\] table"):
        _attach("jira:OPS-7", bundle=tmp_path / "bundle.tar", settings={"redmine": REDMINE})


@pytest.mark.parametrize("key", ["", "a b", "a_b", "-a", "a..", "a" * 201, "a\nb", "a`b"])
def test_a_key_that_could_not_be_found_again_is_refused(key: str, tmp_path: Path) -> None:
    with pytest.raises(TicketError, match="cannot mark a comment"):
        _attach("redmine:1", bundle=tmp_path / "bundle.tar", key=key)


def test_a_bundle_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    empty = tmp_path / "empty.tar"
    empty.touch()
    with pytest.raises(TicketError, match="is empty"):
        _attach("redmine:1", bundle=empty)
    for wrong in (tmp_path, tmp_path / "missing.tar"):
        with pytest.raises(TicketError, match=f"the bundle {wrong} cannot be read"):
            _attach("jira:OPS-7", bundle=wrong)


def _attach(
    target: str,
    *,
    bundle: Path,
    settings: Mapping[str, object] | None = None,
    key: str = "aa..bb",
) -> None:
    attach(
        target,
        settings=settings or {"redmine": REDMINE, "jira": JIRA},
        secrets=SECRETS.get,
        markdown="## netsnap",
        bundle=bundle,
        key=key,
    )
