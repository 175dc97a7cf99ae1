"""The errors of the project, grouped by what happens next.

ScorecardError                 everything we raise on purpose; the message is a sentence for the user
├── ConfigurationError         nothing starts (or the old configuration goes on): a list of Mistakes
├── StoreError                 the store cannot be used at all: one sentence, exit code 1
│   └── StoreBusyError         another process holds it: ask that process instead
├── StoreFullError             a write was undone; the old numbers are served on; try again later
├── UnknownNameError           the caller asked for something that does not exist: 404, exit code 2
├── NoReviewError              there can be no review of that period, or none with these notes: 400, exit code 2
├── RefusedDeliveryError       a push that does not prove where it comes from: 401, nothing was kept
├── MalformedDeliveryError     a push that is not as documented, told to who wrote it: 422, nothing was kept
│   └── WrongFieldsError       the same, field by field
├── SpoolFullError             a push that there is no room for: 503, it is to be sent again later
└── SourceError                one source failed; the others go on
    ├── FatalSourceError       nothing of the source can be read until a person changes something
    ├── SkippableSourceError   one thing of it cannot, until a person changes something; the rest goes on
    ├── RetriableSourceError   the next poll may succeed
    └── PausedSourceError      nothing is wrong: what may be asked for is used up until a moment
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Self


class ScorecardError(Exception):
    """Base of all errors with a message meant for the user."""


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a configuration file. Lines and columns count from 1."""

    file: str
    line: int
    column: int
    path: str
    message: str

    def __str__(self) -> str:
        where = f" {self.path}:" if self.path else ""
        return f"{self.file}:{self.line}:{self.column}:{where} {self.message}"


class ConfigurationError(ScorecardError):
    """Every mistake of a configuration, at once."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class StoreError(ScorecardError):
    """The store cannot be used: made by a newer version, unreadable, not ours."""


class StoreBusyError(StoreError):
    """Another process holds the store."""


class StoreFullError(ScorecardError):
    """A write was undone because the disk is full or refused it."""


class UnknownNameError(ScorecardError):
    """A scorecard, team or measure that does not exist; message and `allowed` name those that do."""

    def __init__(self, message: str, allowed: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.allowed = tuple(allowed)

    @classmethod
    def of(cls, what: str, name: str, known: Iterable[str]) -> Self:
        """There is no `what` of that name, but there are the known ones, one of them perhaps nearly so."""
        names = sorted(known)
        near = get_close_matches(name, names, n=1)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        return cls(f"There is no {what} named {name!r}.{guess} There is: {', '.join(names) or 'none'}.", names)


class NoReviewError(ScorecardError):
    """A period that is none or not over, or notes that say nothing; the message says what would do."""


class RefusedDeliveryError(ScorecardError):
    """A push to a webhook whose signature or token is missing, wrong or too old; the message names no secret."""


class MalformedDeliveryError(ScorecardError):
    """A push whose body is not as documented; the message names every field that is wrong, and what is allowed."""


@dataclass(frozen=True, slots=True)
class WrongField:
    """One field of a body: the way to it (`observations[3].unit`), what is wrong, what could have been written."""

    field: str
    message: str
    allowed: tuple[str, ...] = ()


class WrongFieldsError(MalformedDeliveryError):
    """A body of which some fields are wrong; the message names the first of them, `fields` has all."""

    SHOWN = 20

    def __init__(self, fields: Iterable[WrongField]) -> None:
        self.fields = tuple(fields)
        said = [f"{one.field}: {one.message}" if one.field else one.message for one in self.fields[: self.SHOWN]]
        more = len(self.fields) - self.SHOWN
        super().__init__("; ".join([*said, f"and {more} more"] if more > 0 else said))


class SpoolFullError(ScorecardError):
    """A push was not kept because too many wait already, or the disk refused it."""


class SourceError(ScorecardError):
    """A source could not be read; what is stored stays."""


class FatalSourceError(SourceError):
    """Nothing of the source can be read until a person changes something: a credential, an address."""


class SkippableSourceError(SourceError):
    """One thing (a repository, a file) cannot be read until a person changes something; the rest goes on."""


class RetriableSourceError(SourceError):
    """Reading again may help."""


class PausedSourceError(SourceError):
    """The share of a quota that may be used is used up; reading goes on at `until` (seconds since the epoch)."""

    def __init__(self, message: str, until: float) -> None:
        super().__init__(message)
        self.until = until
