"""Rounds of surveys in files: who may still answer, and how often each answer was given.

Nothing in a file tells which link gave which answer, or when. A link that was used is taken out, so that what stays are
the ones that were not; an answer only raises a number; comments stand in alphabetical order beside neither. A file is
written anew as a whole with each answer, so that link and answer change together or not at all, and no place in it
tells an order.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from pathlib import Path

from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.text import printable

NAME = "survey-links"
"""The source that these answers are of; their thing is the name of the survey."""
ANSWERS = tuple(map(str, range(11)))
LONGEST_COMMENT = 2_000
"""Characters."""
MOST_LINKS = 10_000
"""Of a round."""

_ROUND = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")
_TOKEN = re.compile(r"([0-9a-f]{12})-([A-Za-z0-9_-]{24})")
_SECRET_BYTES = 18


class NoLinkError(ScorecardError):
    """A link that opens nothing (any more): mistyped, or used already."""


class ClosedError(ScorecardError):
    """A link of a round that is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """A round of a survey. Times are microseconds since the epoch.

    `subjects`: who is asked, as answers name them. `links`: digest of each link that was not used yet → subject.
    `answers`: subject → answer → how often. `comments`: in alphabetical order, without subject.
    """

    survey: str
    name: str
    question: str
    opened_at: int
    closes_at: int
    subjects: tuple[str, ...]
    links: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    comments: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """What its links begin with, and the name of its file."""
        return hashlib.blake2b(f"{self.survey}/{self.name}".encode(), digest_size=6).hexdigest()

    @property
    def answered(self) -> int:
        """How many answers there are."""
        return sum(sum(counts.values()) for counts in self.answers.values())

    def invited(self, subject: str) -> int:
        """How many links of a subject were given out."""
        unused = sum(one == subject for one in self.links.values())
        return unused + sum(self.answers.get(subject, {}).values())


class Rounds:
    """The rounds in `folder`. Safe from several threads and processes: each change holds a lock."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> list[Round]:
        """Every round, in order of survey and close.

        Raises:
            ScorecardError: a file is not as it was written.
        """
        if not self._folder.is_dir():
            return []
        with self._locked():
            found = [_read(path) for path in self._folder.glob("*.json")]
        return sorted(found, key=lambda one: (one.survey, one.closes_at, one.name))

    def find(self, survey: str, name: str) -> Round:
        """A round by its name.

        Raises:
            UnknownNameError: there is none.
        """
        known = {one.name: one for one in self.all() if one.survey == survey}
        if name not in known:
            raise UnknownNameError.of(f"round of survey {survey}", name, known)
        return known[name]

    def open(self, opened: Round) -> None:
        """Keep a new round.

        Raises:
            ScorecardError: its name cannot be one, or is taken.
        """
        if not _ROUND.fullmatch(opened.name):
            raise ScorecardError(
                f"{opened.name!r} is no name of a round: letters, digits, '.', '_' and '-', at most 40"
            )
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if self._path(opened.id).exists():
                raise ScorecardError(f"There is a round {opened.name!r} of survey {opened.survey} already.")
            self._write(opened)

    def invite(self, survey: str, name: str, subject: str, count: int, at: datetime) -> list[str]:
        """New links of a subject, each good for one answer; only their digests are kept.

        Raises:
            ScorecardError: the round is over, or would have too many.
            UnknownNameError: there is no such round or subject.
        """
        id_ = self.find(survey, name).id
        tokens = [f"{id_}-{secrets.token_urlsafe(_SECRET_BYTES)}" for _ in range(count)]
        with self._locked():
            known = _read(self._path(id_))
            if subject not in known.subjects:
                raise UnknownNameError.of(f"team in round {name} of survey {survey}", subject, known.subjects)
            if instant(at) >= known.closes_at:
                raise ScorecardError(f"Round {name} of survey {survey} has closed: open another one.")
            if len(known.links) + known.answered + count > MOST_LINKS:
                raise ScorecardError(f"A round may have {MOST_LINKS:,} links at most.")
            self._write(replace(known, links={**known.links, **{_digest(token): subject for token in tokens}}))
        return tokens

    def close(self, survey: str, name: str, at: datetime) -> Round:
        """End a round now, if it has not ended by itself.

        Raises:
            UnknownNameError: there is none of that name.
        """
        id_ = self.find(survey, name).id
        with self._locked():
            known = _read(self._path(id_))
            if instant(at) < known.closes_at:
                known = replace(known, closes_at=instant(at))
                self._write(known)
        return known

    def asked(self, token: str, at: datetime) -> Round:
        """The round that a link is an invitation to.

        Raises:
            ClosedError: it is over.
            NoLinkError: the link opens nothing.
        """
        with self._locked():
            return self._asked(token, at)

    def answer(self, token: str, answer: str, comment: str, at: datetime) -> None:
        """Count an answer and use its link up, both or neither; when this returns it is not lost any more.

        Raises:
            ValueError: it is no answer, or the comment is too long.
            ClosedError: the round is over.
            NoLinkError: the link opens nothing.
        """
        if answer not in ANSWERS or len(comment) > LONGEST_COMMENT:
            raise ValueError(f"an answer is a number from 0 to 10, a comment has at most {LONGEST_COMMENT} characters")
        with self._locked():
            known = self._asked(token, at)
            links = dict(known.links)
            subject = links.pop(_digest(token))
            counts = dict(known.answers.get(subject, {}))
            counts[answer] = counts.get(answer, 0) + 1
            said = printable(comment).strip()
            comments = sorted([*known.comments, said]) if said else known.comments
            answers = {**known.answers, subject: counts}
            self._write(replace(known, links=links, answers=answers, comments=tuple(comments)))

    def _asked(self, token: str, at: datetime) -> Round:
        match = _TOKEN.fullmatch(token)
        path = self._path(match[1]) if match else None
        if path is None or not path.is_file():
            raise NoLinkError("This link opens nothing.")
        known = _read(path)
        if instant(at) >= known.closes_at:
            raise ClosedError(f"This round closed on {moment(known.closes_at):%-d %B %Y}.")
        if _digest(token) not in known.links:
            raise NoLinkError("This link opens nothing.")
        return known

    def _path(self, id_: str) -> Path:
        return self._folder / f"{id_}.json"

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Alone with the folder; where there is none there is nothing to be alone with."""
        if not self._folder.is_dir():
            yield
            return
        with os.fdopen(os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _write(self, changed: Round) -> None:
        """As a whole, in an order that says nothing; what was there stays until the new is safe."""
        path = self._path(changed.id)
        fresh = path.with_suffix(".new")
        content = json.dumps(asdict(changed), sort_keys=True, indent=1, ensure_ascii=False)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(content + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        directory = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _read(path: Path) -> Round:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Round(**{**said, "subjects": tuple(said["subjects"]), "comments": tuple(said["comments"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ScorecardError(f"The round of a survey in {path} cannot be read: {error}") from error


def _digest(token: str) -> str:
    """What is kept of a link. A link is long and random: its digest cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
