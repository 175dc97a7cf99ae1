"""What is asked of Jira once a poll: in which zone it reads times, and in which statuses nothing is left to do."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from scorecard_exporter.errors import FatalSourceError, RetriableSourceError
from scorecard_exporter.sources.jira.issues import DONE
from scorecard_exporter.sources.jira.search import Edition
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.text import excerpt


class Account:
    """Whoever the credential belongs to. Each question is asked at its first use; raises as `Client.get`."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of the account's profile.

        Raises:
            FatalSourceError: it is not told, or unknown here.
        """
        name = self._profile.get("timeZone")
        try:
            return ZoneInfo(str(name))
        except (KeyError, OSError, ValueError):
            told = f"the unknown time zone {excerpt(str(name), 60)!r}" if name else "no time zone"
            raise FatalSourceError(
                f"the account at Jira has {told}, in which Jira would read times; set one in its profile"
            ) from None

    @cached_property
    def name(self) -> str:
        """The name that people see."""
        return excerpt(
            str(self._profile.get("displayName") or self._profile.get("name") or "an account without a name")
        )

    @cached_property
    def done(self) -> frozenset[str]:
        """Ids of the statuses of the category Done.

        Raises:
            RetriableSourceError: there is none; without it nothing would ever be resolved.
        """
        found = self.edition.client.get(f"{self.edition.root}/status").json()
        done = frozenset(filter(None, map(_id_if_done, found if isinstance(found, list) else ())))
        if not done:
            raise RetriableSourceError("Jira shows no status of the category Done; it is asked again at the next poll")
        return done

    @cached_property
    def _profile(self) -> dict[str, Any]:
        return self.edition.client.get(f"{self.edition.root}/myself").object()


def _id_if_done(item: Any) -> str:
    try:
        status = Body(item)
        category = status.body("statusCategory")
        return status.text("id", "") if category and category.text("key", "") == DONE else ""
    except MalformedError:
        return ""
