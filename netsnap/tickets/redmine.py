"""Redmine: the report is a note of an issue. Notes can be edited since Redmine 5.0."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from netsnap.tickets import settings
from netsnap.tickets.bundle import Bundle, read_bundle
from netsnap.tickets.comment import carries, compose, same
from netsnap.tickets.dialects import Markdown, Plain, Textile
from netsnap.tickets.errors import TicketError
from netsnap.tickets.markup import Dialect
from netsnap.tickets.redmine_api import File, Issue, Note, Session
from netsnap.tickets.tracker import Attached, Outcome, Secrets, Section

LONGEST = 60_000
"""Characters of a comment: the database of some Redmines ends a text at 65,535 bytes."""

_FORMATTING: dict[str, Dialect] = {
    "textile": Textile(),
    "markdown": Markdown(),
    "common_mark": Markdown(),
}
_UNKNOWN = Plain()
_KNOWN = ("url", "key_env", "formatting", "timeout", "ca_file")


@dataclass(frozen=True, slots=True)
class Redmine:
    """One Redmine server. ``formatting`` is its text formatting, "" to find out."""

    name: ClassVar[str] = "redmine"
    example: ClassVar[str] = "redmine:123"

    url: str
    key: str
    formatting: str = ""
    timeout: float = settings.SECONDS
    ca_file: str = ""

    def __repr__(self) -> str:
        return f"Redmine({self.url})"  # without the key

    @classmethod
    def configured(cls, section: Section, secrets: Secrets) -> Self:
        """Read [tickets.redmine]: url, key_env and, optional, formatting, timeout, ca_file."""
        settings.check_names(cls.name, section, _KNOWN)
        formatting = settings.text(cls.name, section, "formatting")
        if formatting and formatting not in _FORMATTING:
            raise TicketError(
                f"[tickets.redmine] formatting is one of {', '.join(_FORMATTING)}; "
                "leave it out to let netsnap find out."
            )
        return cls(
            url=settings.url(cls.name, section),
            key=settings.secret(cls.name, section, "key_env", secrets),
            formatting=formatting,
            timeout=settings.seconds(cls.name, section),
            ca_file=settings.ca_file(cls.name, section),
        )

    def attach(self, issue: str, markdown: str, bundle: Path, *, key: str) -> Attached:
        """Put the report on issue number ``issue``. Raises TicketError."""
        if not re.fullmatch(r"#?[0-9]{1,18}", issue):
            raise TicketError(f"{issue!r} is no issue of Redmine: it numbers them, as in 123.")
        number = int(issue.removeprefix("#"))
        file = read_bundle(bundle)
        with Session(self.url, self.key, timeout=self.timeout, ca_file=self.ca_file) as session:
            before = session.issue(number)
            body, shortened = compose(markdown, file, key, self._dialect(session), LONGEST)
            new = None if _holds(session, before, file) else file
            note = _note(before, key)
            if note is None:
                session.change(number, notes=body, uploads=_uploads(session, new))
                comment = Outcome.CREATED
            else:
                comment = _update(session, number, note, body, new)
            shown = _confirm(session.issue(number), key, file)
        url = f"{self.url}/issues/{number}#change-{shown.id}"
        return Attached(url, comment, Outcome.CREATED if new else Outcome.UNCHANGED, shortened)

    def _dialect(self, session: Session) -> Dialect:
        """Return how to write: as configured, else as found out, else what all of them show."""
        return _FORMATTING.get(self.formatting or session.formatting(), _UNKNOWN)


def _uploads(session: Session, file: Bundle | None) -> list[dict[str, str]]:
    return [session.upload(file)] if file else []


def _update(session: Session, number: int, note: Note, body: str, new: Bundle | None) -> Outcome:
    """Attach the bundle if it is ``new`` and bring the note up to date."""
    if new:
        session.change(number, uploads=_uploads(session, new))
    if same(note.text, body):
        return Outcome.UNCHANGED
    try:
        session.rewrite(note.id, body)
    except TicketError as error:
        posted = f"the bundle {new.name}" if new else ""
        raise TicketError(
            f"the comment of an earlier run could not be updated: {error}", posted=posted
        ) from error
    return Outcome.UPDATED


def _note(issue: Issue, key: str) -> Note | None:
    """Return the latest note that carries ``key``."""
    notes = [note for note in issue.notes if carries(note.text, key)]
    return notes[-1] if notes else None


def _holds(session: Session, issue: Issue, file: Bundle) -> bool:
    """Say whether the issue has this very file. Name and size are not enough: it is read."""
    return any(session.digest(each.id, each.name) == file.sha256 for each in _alike(issue, file))


def _alike(issue: Issue, file: Bundle) -> list[File]:
    return [each for each in issue.files if (each.name, each.size) == (file.name, file.size)]


def _confirm(issue: Issue, key: str, file: Bundle) -> Note:
    """Return our note as the issue shows it. Redmine answers "done" when it dropped something."""
    note, bundle = _note(issue, key), _alike(issue, file)
    if note and bundle:
        return note
    missing = " and ".join(
        [*([] if note else ["the comment"]), *([] if bundle else [f"the bundle {file.name}"])]
    )
    posted = f"the bundle {file.name}" if bundle else "the comment" if note else ""
    raise TicketError(
        f"Redmine said yes and the issue does not show {missing}: "
        "may the user of this key add notes and files to it?",
        posted=posted,
    )
