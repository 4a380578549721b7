"""The markups that trackers render: Redmine's three and Jira's.

Redmine: textile (RedCloth 3 as Redmine patches it), markdown (Redcarpet) and common_mark. Jira:
wiki markup, which REST v2 takes on Server, Data Center and Cloud alike.
"""

import re

from netsnap.tickets.markup import JOINER

# A hyphen or colon inside a word or an address is no markup, and stays readable in the source.
_REDMINE_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|@~!^+=%&\"$?]|(?<!\w)[-:]|[-:](?!\w)")
_REDMINE_LINK = re.compile(r"#(?=\d|note)|(?<!\w)@(?=\w)|\[(?=\[)")  # "#12", "@login", "[[page]]"
_REDMINE_NAMED = re.compile(  # "user:login", "source:path"
    r"\b(?:attachment|document|version|forum|news|message|project|commit|source|export|user)(?=:\S)"
)
# Jira takes a backslash before ! [ ] ^ ~ + ? % { } ( ) * _ - | @ and before nothing else.
_JIRA_SPECIAL = re.compile(
    r"[*_{}\[\]|~!^+?]|(?<!\w)-|(?<=[:;])[()]|\((?=(?:[ynix/]|on|off|\*[rgby]?|flag|flagoff)\))"
)
_JIRA_FACE = re.compile(r":(?=[PD]\b)")
_MENTION = re.compile(r"(?<!\w)@(?=[\w.@-])", re.ASCII)
_FENCE = re.compile(r"(?<=`)(?=`)|(?<=~)(?=~)")
_TEXTILE_TAG = re.compile(r"<(?=/?(?:pre|code|kbd|notextile|redpre))", re.IGNORECASE)
_SUBHEADING = 3
_NOFORMAT = re.compile(r"\{(?=noformat)", re.IGNORECASE)


class _Redmine:
    """What textile and Markdown share: HTML entities show as characters and never as markup."""

    def text(self, raw: str) -> str:
        inert = _REDMINE_NAMED.sub(lambda match: match[0] + JOINER, raw)
        return _REDMINE_SPECIAL.sub(lambda match: f"&#{ord(match[0])};", inert)

    def attachment(self, name: str) -> str:
        return f"attachment:{name}"


class Textile(_Redmine):
    """Redmine's default markup."""

    def code(self, raw: str) -> str:
        inert = _MENTION.sub("@" + JOINER, _TEXTILE_TAG.sub("<" + JOINER, raw))
        return f"<code>{inert}</code>"

    def strong(self, inner: str) -> str:
        return f"*{inner}*"

    def heading(self, level: int, inner: str) -> str:
        return f"h{min(level + 1, 6)}. {inner}"

    def item(self, depth: int, inner: str, *, ordered: bool) -> str:
        return f"{('#' if ordered else '*') * depth} {inner}"

    def verbatim(self, raw: str) -> str:
        return f"<pre>\n{_TEXTILE_TAG.sub('<' + JOINER, raw)}\n</pre>"

    def table(self, head: list[str], rows: list[list[str]]) -> str:
        lines = ["".join(f"|_. {cell} " for cell in head) + "|"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


class Markdown(_Redmine):
    """Markdown as both of Redmine's renderers read it; they link and mention on their own."""

    def text(self, raw: str) -> str:
        # An entity is a character again by the time Redmine looks for something to link.
        return super().text(_REDMINE_LINK.sub(lambda match: match[0] + JOINER, raw))

    def code(self, raw: str) -> str:
        if "|" in raw or "`" in raw:
            return self.text(raw)
        return f"`{_MENTION.sub('@' + JOINER, raw)}`"

    def strong(self, inner: str) -> str:
        return f"**{inner}**"

    def heading(self, level: int, inner: str) -> str:
        return f"{'#' * min(level + 1, 6)} {inner}"

    def item(self, depth: int, inner: str, *, ordered: bool) -> str:
        return f"{' ' * 4 * (depth - 1)}{'1.' if ordered else '-'} {inner}"

    def verbatim(self, raw: str) -> str:
        # A longer fence would do for the renderers, but not for the search for mentions.
        return f"```\n{_FENCE.sub(JOINER, raw)}\n```"

    def table(self, head: list[str], rows: list[list[str]]) -> str:
        lines = [head, ["---"] * len(head), *rows]
        return "\n".join("| " + " | ".join(line) + " |" for line in lines)


class Words:
    """No markup at all: what stands in a verbatim block."""

    def text(self, raw: str) -> str:
        return raw

    def code(self, raw: str) -> str:
        return raw

    def strong(self, inner: str) -> str:
        return inner

    def heading(self, level: int, inner: str) -> str:
        return f"{inner}\n{('=' if level < _SUBHEADING else '-') * len(inner)}"

    def item(self, depth: int, inner: str, *, ordered: bool) -> str:
        return f"{'  ' * (depth - 1)}{'1.' if ordered else '-'} {inner}"

    def verbatim(self, raw: str) -> str:
        return "\n".join(f"    {line}" for line in raw.split("\n"))

    def table(self, head: list[str], rows: list[list[str]]) -> str:
        widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (head, *rows)
        )

    def attachment(self, name: str) -> str:
        return name


class Plain(Markdown):
    """For a Redmine whose markup is not known: a block that is verbatim in each of its markups."""

    def verbatim(self, raw: str) -> str:
        return f"```\n<pre>\n{_TEXTILE_TAG.sub('<' + JOINER, _FENCE.sub(JOINER, raw))}\n</pre>\n```"


class JiraWiki:
    """Jira's wiki markup, as its "text formatting notation help" describes it."""

    def text(self, raw: str) -> str:
        # A doubled backslash is a line break, so nothing that it escapes may follow a literal one.
        apart = _JIRA_FACE.sub(":" + JOINER, raw.replace("\\", "\\" + JOINER))
        return _JIRA_SPECIAL.sub(lambda match: "\\" + match[0], apart)

    def code(self, raw: str) -> str:
        return f"{{{{{self.text(raw)}}}}}"

    def strong(self, inner: str) -> str:
        return f"*{inner}*"

    def heading(self, level: int, inner: str) -> str:
        return f"h{min(level + 1, 6)}. {inner}"

    def item(self, depth: int, inner: str, *, ordered: bool) -> str:
        return f"{('#' if ordered else '*') * depth} {inner}"

    def verbatim(self, raw: str) -> str:
        return f"{{noformat}}\n{_NOFORMAT.sub('{' + JOINER, raw)}\n{{noformat}}"

    def table(self, head: list[str], rows: list[list[str]]) -> str:
        lines = ["||" + "||".join(f" {cell} " for cell in head) + "||"]
        return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])

    def attachment(self, name: str) -> str:
        return f"[^{name}]"
