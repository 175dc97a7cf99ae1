"""What a repository's branches and tags point to, from one cheap question to git."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import quote

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.sources.git.repository import Repository
from scorecard_exporter.sources.text import excerpt

_FORMAT = "%00".join(
    f"%({field})"
    for field in (
        "refname",
        "objecttype",
        "objectname",
        "*objecttype",
        "*objectname",
        "taggerdate:unix",
        "*committerdate:unix",
        "committerdate:unix",
        "HEAD",
        "symref",
    )
)
_PUBLISHED, _LOCAL, _TAGS = "refs/remotes/origin/", "refs/heads/", "refs/tags/"
_HOST = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/]{0,200}@)?(github\.com|gitlab\.com)(?::\d{1,5}/|[:/])/?"
    r"([\w.-]{1,100}(?:/[\w.-]{1,100}){1,20})/?",
    re.ASCII | re.IGNORECASE,
)
_COMMIT_PAGE = {"github.com": "commit", "gitlab.com": "-/commit"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What of a repository is read; see the options of the source."""

    branch: str | None = None
    tags: str = "*"
    paths: bool = False
    url: str | None = None


class Tag(NamedTuple):
    """A tag: what it finally points to, and when it was set (annotated) or its commit was made (light)."""

    name: str
    type: str
    sha: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class References:
    """The deployed branch with its tip, and the tags that are read, by name."""

    branch: str
    tip: str
    tags: tuple[Tag, ...]


class _Reference(NamedTuple):
    name: str
    type: str
    sha: str
    peeled_type: str
    peeled_sha: str
    tagged_at: str
    peeled_at: str
    committed_at: str
    head: str
    target: str


def references(repository: Repository, reading: Reading) -> References:
    """Ask for the deployed branch and the tags.

    Raises:
        SkippableSourceError: no such branch.
        RetriableSourceError: there is no commit yet.
    """
    answer = repository.ask("for-each-ref", f"--format={_FORMAT}", _LOCAL, _PUBLISHED, _TAGS) or ""
    listed = {found.name: found for found in (_Reference(*line.split("\0")) for line in answer.splitlines())}
    branch, tip = _deployed_branch(repository, reading.branch, listed)
    tags = (found for found in listed.values() if found.name.startswith(_TAGS))
    chosen = [tag for tag in tags if fnmatchcase(tag.name.removeprefix(_TAGS), reading.tags)]
    return References(branch, tip, tuple(_tag(repository, tag) for tag in chosen))


def _deployed_branch(repository: Repository, wanted: str | None, listed: dict[str, _Reference]) -> tuple[str, str]:
    name = wanted or _default_branch(listed)
    for prefix in (_PUBLISHED, _LOCAL) if name else ():
        if found := listed.get(f"{prefix}{name}"):
            return str(name), found.sha
    if wanted:
        raise SkippableSourceError(_no_such_branch(repository, wanted, listed))
    # A detached HEAD, as continuous integration checks out.
    head = repository.ask("rev-parse", "--quiet", "--verify", "HEAD^{commit}", none=1)
    if head is None:
        raise RetriableSourceError(f"{repository.path} has no commit yet")
    return "HEAD", head.strip()


def _default_branch(listed: dict[str, _Reference]) -> str | None:
    published = listed.get(f"{_PUBLISHED}HEAD")
    if published and published.target.startswith(_PUBLISHED):
        return published.target.removeprefix(_PUBLISHED)
    return next((found.name.removeprefix(_LOCAL) for found in listed.values() if found.head == "*"), None)


def _no_such_branch(repository: Repository, wanted: str, listed: Iterable[str]) -> str:
    names = {name.removeprefix(_LOCAL).removeprefix(_PUBLISHED) for name in listed if not name.startswith(_TAGS)}
    near = get_close_matches(wanted, sorted(names), n=1) or sorted(names - {"HEAD"})[:1]
    guess = f"; is it {excerpt(near[0])!r}?" if near else ""
    return f"{repository.path} has no branch {excerpt(wanted)!r}{guess}"


def _tag(repository: Repository, found: _Reference) -> Tag:
    name = found.name.removeprefix(_TAGS)
    if found.type != "tag":
        return Tag(name, found.type, found.sha, unix_time(found.committed_at))
    at = unix_time(found.tagged_at) or unix_time(found.peeled_at)
    if found.peeled_type != "tag":
        return Tag(name, found.peeled_type, found.peeled_sha, at)
    # A tag of a tag: git before 2.45 looks through one only.
    innermost = repository.ask("rev-parse", "--quiet", "--verify", f"{found.sha}^{{commit}}", none=1)
    return Tag(name, "commit", innermost.strip(), at) if innermost else Tag(name, "tag", found.sha, at)


def unix_time(seconds: str | bytes) -> datetime | None:
    """The moment that git prints as seconds since 1970; None for what is none."""
    try:
        return datetime.fromtimestamp(int(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def page(repository: Repository, thing: str, template: str | None) -> str:
    """A template of a commit's page with `{sha}` in it, from the options or a well-known remote; '' for none."""
    if template is not None:
        return template.replace("{thing}", quote(thing))
    remote = repository.ask("config", "--get", "remote.origin.url", none=1) or ""
    known = _HOST.fullmatch(remote.strip())
    if known is None:
        return ""
    host = known[1].lower()
    return f"https://{host}/{known[2].removesuffix('.git')}/{_COMMIT_PAGE[host]}/{{sha}}"
