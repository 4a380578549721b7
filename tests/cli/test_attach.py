"""``netsnap attach`` from the command line to a real Redmine."""

from dataclasses import replace

from tests.played import AFTER, BEFORE
from tests.tickets.redmine_server import RedmineServer
from tests.tool import Tool


def test_attach_posts_once_and_updates_what_it_posted(redmine: RedmineServer, user: Tool) -> None:
    inventory = user.folder / "netsnap.toml"
    tickets = f'\n[tickets.redmine]\nurl = "{redmine.url}"\nkey_env = "REDMINE_KEY"\n'
    inventory.write_text(inventory.read_text(encoding="utf-8") + tickets, encoding="utf-8")
    tool = replace(user, variables={"REDMINE_KEY": redmine.key})
    number = redmine.new_issue()

    first = tool.run("attach", f"redmine:{number}", BEFORE, AFTER)
    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith("comment created, bundle uploaded: http")
    posted = redmine.issue(number)

    again = tool.run("attach", f"redmine:{number}", BEFORE, AFTER)
    assert (again.returncode, again.stderr) == (0, "")
    assert "bundle was there already" in again.stdout

    for issue in (posted, redmine.issue(number)):
        notes = [journal["notes"] for journal in issue["journals"] if journal["notes"]]
        assert len(notes) == 1
        assert "k8s2–k8s3" in notes[0]
        assert len(issue["attachments"]) == 1
    bundle = posted["attachments"][0]["filename"]
    assert bundle.startswith("netsnap-")
    assert tool.run("collect", "--node", "k8s1").returncode == 0, "the inventory is one still"
