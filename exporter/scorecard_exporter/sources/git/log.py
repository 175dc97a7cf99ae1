"""Reading what `git log` prints: fields in, commits out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice, takewhile

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Commit
from scorecard_exporter.events.reverts import reverts
from scorecard_exporter.sources.git.references import unix_time
from scorecard_exporter.sources.text import printable

UNDATED = datetime.fromtimestamp(0, UTC)
"""When a commit was made whose date cannot be read, as git itself has it."""

_PLACEHOLDERS = ("%H", "%P", "%at", "%ct", "%ae", "%an", "%s", "%b")

# An empty field begins each commit, so that the names of files, which are never empty, end before it.
LOG = (
    "log",
    "--stdin",
    "-z",
    f"--format=%x00{'%x00'.join(_PLACEHOLDERS)}",
    "--encoding=UTF-8",
    "--ignore-missing",
    "--diff-merges=off",
    "--no-color",
    "--no-decorate",
    "--no-ext-diff",
    "--no-mailmap",
    "--no-notes",
    "--no-relative",
    "--no-renames",
    "--no-show-signature",
    "--no-textconv",
)
"""The command whose fields `commits` reads; `--name-only` may be added."""


def commits(fields: Iterator[bytes], origin: str, page: str) -> Iterator[Commit]:
    """The commits in the NUL-terminated `fields` that LOG prints, in their order.

    `page`: a template of a commit's page with `{sha}` in it, or ''. What is not UTF-8 is replaced.
    """
    if next(fields, b"") != b"":
        raise RetriableSourceError("git log prints something that is not understood; is git 2.31 or later installed?")
    while values := tuple(islice(fields, len(_PLACEHOLDERS))):
        paths = tuple(takewhile(bool, fields))
        yield _commit(values, paths, origin, page)


def _commit(values: tuple[bytes, ...], paths: tuple[bytes, ...], origin: str, page: str) -> Commit:
    sha, parents, authored, committed, email, name, subject, body = values
    key = sha.decode("ascii", "replace")
    committed_at = unix_time(committed) or UNDATED
    return Commit(
        origin=origin,
        key=key,
        url=page.replace("{sha}", key) if page else "",
        parents=tuple(parents.decode("ascii", "replace").split()),
        authored_at=unix_time(authored) or committed_at,
        committed_at=committed_at,
        author=_text(email).lower(),
        is_bot=b"[bot]" in email or b"[bot]" in name,
        subject=_text(subject),
        reverts=reverts(body.decode("utf-8", "replace")) if b"reverts" in body.lower() else (),
        paths=_paths(paths) if paths else (),
    )


def _text(value: bytes) -> str:
    return printable(value.decode("utf-8", "replace"))


def _paths(values: tuple[bytes, ...]) -> tuple[str, ...]:
    # A line break parts them from the message.
    first, *others = (value.decode("utf-8", "replace") for value in values)
    return (first.removeprefix("\n"), *others)
