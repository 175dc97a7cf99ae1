"""Requests that get no answer, and the moments that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from scorecard_exporter.errors import ScorecardError, WrongField

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_MOMENTS = ("2026-06-30", "2026-06-30T12:00:00Z", "2026-06-30T14:00:00%2B02:00")


class RefusedError(ScorecardError):
    """A request that gets no answer: the HTTP status, why, what would have been allowed, and headers that say more.

    `fields`: what is wrong with a body, field by field.
    """

    def __init__(
        self,
        status_code: int,
        message: str,
        allowed: Iterable[str] = (),
        headers: Mapping[str, str] | None = None,
        *,
        fields: Iterable[WrongField] = (),
    ) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.allowed = tuple(allowed)
        self.headers = headers or {}
        self.fields = tuple(fields)


def given_moment(name: str, text: str) -> datetime:
    """The moment that the parameter `name` gives; UTC where it names no offset.

    Raises:
        RefusedError: it is none, lies before the year 2000 or in the future.
    """
    try:
        given = datetime.fromisoformat(text)
        moment = given if given.tzinfo else given.replace(tzinfo=UTC)
        known = EARLIEST <= moment <= datetime.now(UTC)
    except (ValueError, OverflowError) as error:
        message = f"{name}={text!r} is not a moment in ISO 8601 (a + is written %2B)."
        raise RefusedError(400, message, _MOMENTS) from error
    if not known:
        raise RefusedError(400, f"{name}={text!r} lies before the year 2000 or in the future.", _MOMENTS)
    return moment
