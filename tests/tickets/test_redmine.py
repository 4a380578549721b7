"""netsnap on a real Redmine."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from netsnap.tickets.errors import TicketError
from netsnap.tickets.tracker import Outcome
from tests.tickets.conftest import KEY, REPORT, Post
from tests.tickets.page import Note, read_note
from tests.tickets.redmine_server import RedmineServer

FORMATTINGS = ("textile", "markdown", "common_mark")
HOSTILE = (
    "</pre></code></notextile><b>bold</b><script>x()</script><img src=/logout>",
    "```",
    "~~~",
    "<pre>",
    "<redpre#0>",
    "#1 #1-1 @bob user:bob [[Wiki]] !/logout! {{include(Wiki)}} attachment:evil.zip",
    "h1. big  *bold* _low_ -gone- @code@ ==raw== |cell| \\1 %{color:red}red%",
    '"click":https://evil.example [click](https://evil.example) <https://evil.example>',
    "2: eth0@if5: <NO-CARRIER,BROADCAST,UP> mtu 1500 qdisc noqueue state UP",
)


def notes(redmine: RedmineServer, issue: int) -> list[dict[str, Any]]:
    """Return the notes of an issue that have a text."""
    return [note for note in redmine.issue(issue)["journals"] if note["notes"]]


def shown(redmine: RedmineServer, issue: int) -> Note:
    """Return the first note as it is rendered."""
    return read_note(redmine.rendered(issue), notes(redmine, issue)[0]["id"])


def test_posts_the_report_and_the_whole_bundle(
    redmine: RedmineServer, on_redmine: Post, bundle: Path
) -> None:
    issue = redmine.new_issue()
    attached = on_redmine(issue)
    assert (attached.comment, attached.bundle) == (Outcome.CREATED, Outcome.CREATED)
    assert attached.url == f"{redmine.url}/issues/{issue}#change-{notes(redmine, issue)[0]['id']}"
    [file] = redmine.issue(issue)["attachments"]
    content = httpx.get(file["content_url"]).content
    assert hashlib.sha256(content).digest() == hashlib.sha256(bundle.read_bytes()).digest()
    assert "BGP session k8s2–k8s3 fell since 12:03:04" in shown(redmine, issue).text


def test_a_second_run_repeats_nothing(redmine: RedmineServer, on_redmine: Post) -> None:
    issue = redmine.new_issue()
    first = on_redmine(issue)
    before = redmine.issue(issue)
    again = on_redmine(issue)
    assert (again.comment, again.bundle) == (Outcome.UNCHANGED, Outcome.UNCHANGED)
    assert again.url == first.url
    assert redmine.issue(issue) == before


def test_a_new_explanation_of_the_same_pair_replaces_the_old_one(
    redmine: RedmineServer, on_redmine: Post
) -> None:
    issue = redmine.new_issue()
    first = on_redmine(issue)
    again = on_redmine(issue, REPORT + "\nOne line more.\n")
    assert (again.comment, again.bundle) == (Outcome.UPDATED, Outcome.UNCHANGED)
    assert again.url == first.url
    [note] = notes(redmine, issue)
    assert "One line more." in note["notes"]


def test_another_bundle_of_the_same_name_and_size_is_uploaded(
    redmine: RedmineServer, on_redmine: Post, bundle: Path
) -> None:
    issue = redmine.new_issue()
    on_redmine(issue)
    bundle.write_bytes(bundle.read_bytes()[::-1])
    again = on_redmine(issue)
    assert (again.comment, again.bundle) == (Outcome.UPDATED, Outcome.CREATED)
    assert len(redmine.issue(issue)["attachments"]) == 2
    digest = hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert digest in notes(redmine, issue)[0]["notes"]


def test_another_pair_gets_a_comment_of_its_own(redmine: RedmineServer, on_redmine: Post) -> None:
    issue = redmine.new_issue()
    on_redmine(issue, key="aa..bb")
    assert on_redmine(issue, key="aa").comment is Outcome.CREATED
    assert on_redmine(issue, key="aa..bb.cc").comment is Outcome.CREATED
    assert on_redmine(issue, key="aa..bb").comment is Outcome.UNCHANGED
    assert len(notes(redmine, issue)) == 3


def test_a_reply_that_quotes_the_comment_is_left_alone(
    redmine: RedmineServer, on_redmine: Post
) -> None:
    issue = redmine.new_issue()
    on_redmine(issue)
    quoted = "\n".join(f"> {line}" for line in notes(redmine, issue)[0]["notes"].splitlines())
    reply = f"{quoted}\n\nWho cut that cable?"
    redmine.call("PUT", f"/issues/{issue}.json", {"issue": {"notes": reply}})
    assert on_redmine(issue, REPORT + "\nMore.\n").comment is Outcome.UPDATED
    assert "More." in notes(redmine, issue)[0]["notes"]
    assert "Who cut that cable?" in notes(redmine, issue)[1]["notes"]


@pytest.mark.parametrize("formatting", FORMATTINGS)
@pytest.mark.parametrize("told", ["configured", "found out"])
def test_the_report_looks_like_one_in_every_formatting(
    redmine: RedmineServer, on_redmine: Post, formatting: str, told: str
) -> None:
    issue = redmine.new_issue()
    with redmine.setting("text_formatting", formatting):
        on_redmine(issue, **({"formatting": formatting} if told == "configured" else {}))
        note = shown(redmine, issue)
    assert {"h3", "h4", "pre", "ul", "li", "code", "a"} <= note.tags
    [evidence] = note.verbatim
    fence = REPORT.split("```text\n")[1].split("```")[0]
    assert evidence.strip("\n") == fence.strip("\n")
    assert note.text.count(f"netsnap:{KEY}") == 1


@pytest.mark.parametrize("formatting", FORMATTINGS)
def test_a_line_from_a_node_shows_as_it_is_and_does_nothing(
    redmine: RedmineServer, on_redmine: Post, formatting: str
) -> None:
    issue = redmine.new_issue()
    with redmine.setting("text_formatting", formatting):
        on_redmine(issue, _hostile_report())
        note = shown(redmine, issue)
    for line in HOSTILE:
        assert _even(note.text).count(_even(line)) == 6, line
    assert not note.tags & {"script", "img", "b", "em", "del", "span", "br", "strong", "h2"}
    assert all(link.startswith("/attachments/") for link in note.links)


def test_markup_of_a_node_would_do_something_without_care(redmine: RedmineServer) -> None:
    """What the test above rules out does happen to a text that is posted as it is."""
    issue = redmine.new_issue()
    redmine.call("PUT", f"/issues/{issue}.json", {"issue": {"notes": "\n\n".join(HOSTILE[5:])}})
    note = shown(redmine, issue)
    assert {"/issues/1", "https://evil.example"} <= set(note.links)
    assert any(link.startswith("/users/") for link in note.links)
    assert {"img", "del", "strong", "span", "h1"} <= note.tags


def test_a_redmine_that_shows_no_preview_gets_one_block_that_reads_the_same_in_all(
    redmine: RedmineServer, on_redmine: Post
) -> None:
    issue = redmine.new_issue()
    with redmine.setting("login_required", "1"):
        on_redmine(issue, f"{REPORT}\n{_hostile_report()}")
    for formatting in FORMATTINGS:
        with redmine.setting("text_formatting", formatting):
            note = shown(redmine, issue)
        [block] = note.verbatim
        assert "    k8s2, host, birdc show protocols all:\n" in block
        assert "- → 3 workloads on k8s3 are unreachable from k8s2" in block
        for line in HOSTILE:
            assert _even(block).count(_even(line)) >= 6, line
        assert note.tags <= {"pre", "code", "p", "a", "br"}
        assert all(link.startswith("/attachments/") for link in note.links)


def test_a_report_too_long_is_cut_and_says_so(redmine: RedmineServer, on_redmine: Post) -> None:
    issue = redmine.new_issue()
    lines = "\n".join(f"{number}: link/ether <UP>" for number in range(9_000))
    attached = on_redmine(issue, f"## netsnap\n\n```\n{lines}\n```\n")
    assert attached.shortened
    [note] = notes(redmine, issue)
    assert 59_000 < len(note["notes"]) <= 60_000
    assert "Shortened" in note["notes"]
    assert on_redmine(issue, f"## netsnap\n\n```\n{lines}\n```\n").comment is Outcome.UNCHANGED


def test_a_bundle_over_redmines_limit_is_refused_and_nothing_is_posted(
    redmine: RedmineServer, on_redmine: Post, bundle: Path
) -> None:
    issue = redmine.new_issue()
    bundle.write_bytes(bytes(6 << 20))  # Redmine's default limit is 5 MiB
    with pytest.raises(TicketError, match=r"HTTP 422: .*exceeds the maximum allowed file size"):
        on_redmine(issue)
    after = redmine.issue(issue)
    assert (after["journals"], after["attachments"]) == ([], [])


def test_a_user_who_may_not_edit_the_comment_learns_what_was_posted(
    redmine: RedmineServer, on_redmine: Post, bundle: Path
) -> None:
    issue = redmine.new_issue()
    on_redmine(issue)
    bundle.write_bytes(b"another bundle")
    reporter = redmine.new_user("carol", "Reporter")
    with pytest.raises(TicketError) as caught:
        on_redmine(issue, REPORT + "\nMore.\n", secret=reporter)
    assert "could not be updated" in str(caught.value)
    assert "HTTP 403" in str(caught.value)
    assert f"Already posted: the bundle {bundle.name}" in str(caught.value)
    assert len(redmine.issue(issue)["attachments"]) == 2


def test_a_comment_that_redmine_drops_in_silence_is_an_error(
    redmine: RedmineServer, on_redmine: Post
) -> None:
    issue = redmine.new_issue()
    developer = redmine.new_user("dave", "Developer")
    with (
        redmine.without_permission("Developer", "add_issue_notes"),
        pytest.raises(TicketError) as caught,
    ):
        on_redmine(issue, secret=developer)
    assert "does not show the comment" in str(caught.value)
    assert "Already posted: the bundle" in str(caught.value)


def test_a_run_after_half_a_run_posts_what_is_missing(
    redmine: RedmineServer, on_redmine: Post
) -> None:
    issue = redmine.new_issue()
    developer = redmine.new_user("erin", "Developer")
    with redmine.without_permission("Developer", "add_issue_notes"), pytest.raises(TicketError):
        on_redmine(issue, secret=developer)
    attached = on_redmine(issue, secret=developer)
    assert (attached.comment, attached.bundle) == (Outcome.CREATED, Outcome.UNCHANGED)
    assert len(redmine.issue(issue)["attachments"]) == 1


def test_names_the_reason_when_redmine_refuses(redmine: RedmineServer, on_redmine: Post) -> None:
    issue = redmine.new_issue()
    with pytest.raises(TicketError, match="does not know the key"):
        on_redmine(issue, secret="0" * 40)
    with pytest.raises(TicketError, match="has no such issue"):
        on_redmine(999_999)
    with pytest.raises(TicketError, match=r"has no such issue, .* or url is not its address"):
        on_redmine(issue, url=f"{redmine.url}/elsewhere")
    with redmine.setting("rest_api_enabled", "0"), pytest.raises(TicketError, match="REST API is"):
        on_redmine(issue)


def _hostile_report() -> str:
    """Write the hostile lines in every place, escaped as the report room escapes them."""
    escaped = ["".join(f"\\{char}" if char in _ASCII else char for char in at) for at in HOSTILE]
    parts = ["`````text\n" + "\n".join(HOSTILE) + "\n`````", *escaped]
    parts += [f"see ````` {line} `````" for line in HOSTILE]
    parts += ["\n".join(f"- {line}\n  - {line}" for line in escaped)]
    parts += [f"## {line}" for line in escaped]
    return "\n\n".join(parts) + "\n"


_ASCII = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def _even(text: str) -> str:
    """Make runs of spaces one, as HTML does."""
    return " ".join(text.split())
