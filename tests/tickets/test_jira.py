"""netsnap on a stand-in for Jira that refuses what Atlassian's description does not allow."""

from pathlib import Path

import pytest

from netsnap.tickets.errors import TicketError
from netsnap.tickets.tracker import Outcome
from tests.tickets.conftest import KEY, REPORT, Post
from tests.tickets.description import find
from tests.tickets.jira_server import ISSUE, JiraServer


def test_posts_the_report_and_the_whole_bundle(
    jira: JiraServer, on_jira: Post, bundle: Path
) -> None:
    attached = on_jira()
    assert (attached.comment, attached.bundle) == (Outcome.CREATED, Outcome.CREATED)
    assert attached.url == f"{jira.url}/browse/{ISSUE}?focusedCommentId=100"
    [file] = jira.files
    assert file["filename"] == bundle.name
    assert jira.contents[file["id"]] == bundle.read_bytes()
    [comment] = jira.comments
    assert comment["body"].startswith("h3. netsnap: broken\n\nBGP session k8s2–k8s3 fell")
    assert f"[^{bundle.name}]" in comment["body"]


def test_a_second_run_reads_and_writes_nothing(jira: JiraServer, on_jira: Post) -> None:
    first = on_jira()
    jira.asked.clear()
    again = on_jira()
    assert (again.comment, again.bundle) == (Outcome.UNCHANGED, Outcome.UNCHANGED)
    assert again.url == first.url
    assert {asked.split()[0] for asked in jira.asked} == {"GET"}


def test_a_new_explanation_of_the_same_pair_replaces_the_old_one(
    jira: JiraServer, on_jira: Post
) -> None:
    on_jira()
    again = on_jira(REPORT + "\nOne line more.\n")
    assert (again.comment, again.bundle) == (Outcome.UPDATED, Outcome.UNCHANGED)
    [comment] = jira.comments
    assert "One line more." in comment["body"]


def test_another_bundle_of_the_same_name_and_size_is_uploaded(
    jira: JiraServer, on_jira: Post, bundle: Path
) -> None:
    on_jira()
    bundle.write_bytes(bundle.read_bytes()[::-1])
    again = on_jira()
    assert (again.comment, again.bundle) == (Outcome.UPDATED, Outcome.CREATED)
    assert len(jira.files) == 2


@pytest.mark.parametrize("pages_ignored", [False, True])
def test_finds_its_comment_behind_hundreds_of_others(
    jira: JiraServer, on_jira: Post, pages_ignored: bool
) -> None:
    jira.pages_ignored = pages_ignored
    jira.comments += [{"id": str(number), "body": "me too"} for number in range(1000, 1250)]
    on_jira()
    assert on_jira(key="another").comment is Outcome.CREATED
    assert on_jira().comment is Outcome.UNCHANGED
    assert len(jira.comments) == 252


def test_logs_in_with_a_personal_access_token_too(on_jira: Post) -> None:
    assert on_jira(user="").comment is Outcome.CREATED


def test_a_bundle_over_jiras_limit_is_refused_before_it_is_sent(
    jira: JiraServer, on_jira: Post
) -> None:
    jira.upload_limit = 1_000
    with pytest.raises(TicketError, match=r"0\.0 MiB.*nothing was posted"):
        on_jira()
    assert not jira.comments
    assert not jira.files


def test_a_report_too_long_is_cut_to_jiras_limit_and_says_so(
    jira: JiraServer, on_jira: Post
) -> None:
    lines = "\n".join(f"{number}: link/ether <UP>" for number in range(9_000))
    attached = on_jira(f"## netsnap\n\n```\n{lines}\n```\n")
    assert attached.shortened
    [comment] = jira.comments
    assert 32_000 < len(comment["body"]) <= 32_767
    assert comment["body"].count("{noformat}") == 2
    assert "Shortened" in comment["body"]
    assert f"netsnap:{KEY}" in comment["body"]


def test_a_user_who_may_not_edit_the_comment_learns_what_was_posted(
    jira: JiraServer, on_jira: Post, bundle: Path
) -> None:
    on_jira()
    jira.readonly = True
    bundle.write_bytes(b"another bundle")
    with pytest.raises(TicketError) as caught:
        on_jira()
    assert "You do not have the permission to edit this comment" in str(caught.value)
    assert f"Already posted: the bundle {bundle.name}" in str(caught.value)
    jira.readonly = False
    again = on_jira()
    assert (again.comment, again.bundle) == (Outcome.UPDATED, Outcome.UNCHANGED)


def test_names_the_reason_when_jira_refuses(on_jira: Post) -> None:
    with pytest.raises(TicketError, match=r"does not accept the user and token \(HTTP 401: Client"):
        on_jira(secret="0" * 40)
    with pytest.raises(TicketError, match=r"has no such issue.*HTTP 404: Issue does not exist"):
        on_jira(issue="OPS-8")


def test_the_stand_in_refuses_what_the_description_does_not_allow() -> None:
    comment = find("POST", "/rest/api/2/issue/OPS-7/comment")
    assert comment
    assert comment.wrong_body("application/json", {"body": "text"}) == []
    assert comment.wrong_body("application/json", {"body": "x", "created": "now"})
    assert comment.wrong_body("application/json", {"body": "x", "visibility": {"type": "nobody"}})
    assert comment.wrong_body("text/plain", "text")
    assert comment.wrong_query({"notifyUsers": ["false"]})
    assert comment.wrong_answer(201, {"id": 7})
    assert find("PATCH", "/rest/api/2/issue/OPS-7/comment") is None
    pages = find("GET", "/rest/api/2/issue/OPS-7/comment")
    assert pages
    assert pages.wrong_query({"startAt": ["first"]})
    assert pages.wrong_query({"startAt": ["0"], "orderBy": ["-created"]}) == []
