"""An answer that was read whole: within its size, its time and its origin."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from scorecard_exporter.errors import FatalSourceError, RetriableSourceError


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `headers`: names in lower case. `validator`: to be kept with the cursor, see `Client.get`."""

    url: httpx.URL
    status: int
    headers: Mapping[str, str]
    body: bytes
    validator: str = ""

    @property
    def is_unmodified(self) -> bool:
        """The system says that nothing has changed since the validator was given; there is no body."""
        return self.status == httpx.codes.NOT_MODIFIED

    def json(self) -> Any:
        """The body.

        Raises:
            FatalSourceError: it is a page for people, so the address is not that of an API.
            RetriableSourceError: it is no JSON, or cut off.
        """
        try:
            return json.loads(self.body)
        except ValueError:
            pass
        if self.body.lstrip()[:1] == b"<":
            raise FatalSourceError(
                f"{shown(self.url)} answers with a page for people instead of JSON; check `url`, and whether a proxy or"
                " a login stands before it"
            )
        what = "is cut off or damaged" if self.body.strip() else "is empty"
        raise RetriableSourceError(f"the answer of {shown(self.url)} {what}; it is asked again at the next poll")

    def object(self) -> dict[str, Any]:
        """The body, where it must be a JSON object. Raises as `json`; RetriableSourceError where it is none."""
        found = self.json()
        if not isinstance(found, dict):
            raise RetriableSourceError(f"the answer of {shown(self.url)} is no JSON object; it is asked again later")
        return found

    def things(self, name: str) -> list[Any]:
        """The list under `name` in a JSON object. Raises as `object`, also where there is no such list.

        A list that is missing is not an empty one: what it should hold would never be asked for again.
        """
        found = self.object().get(name)
        if not isinstance(found, list):
            raise RetriableSourceError(f"the answer of {shown(self.url)} has no list {name!r}; it is asked again later")
        return found

    def links(self) -> Mapping[str, str]:
        """The addresses in the `Link` header (RFC 8288) by their relation, as they are written."""
        parsed = httpx.Response(200, headers={"link": self.headers.get("link", "")}).links
        return {relation: link["url"] for relation, link in parsed.items() if relation and "url" in link}


def shown(url: httpx.URL) -> str:
    """An address for a message: without name, password and query, any of which may hold what nobody should see."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))
