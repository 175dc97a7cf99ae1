"""Asking GitHub by GraphQL: one question for what REST would answer in a hundred, and its own ways of failing.

Costs are by GitHub's formula (docs.github.com, "Rate limits and query limits for the GraphQL API"): one point for each
hundred connections that a question may have to fetch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SkippableSourceError, SourceError
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.text import excerpt

RESOURCE = "graphql"
SMALLEST_PAGE = 5
"""Below this, asking for less would not help."""

_GONE = frozenset({"NOT_FOUND"})
_FORBIDDEN = frozenset({"FORBIDDEN", "INSUFFICIENT_SCOPES", "UNAUTHORIZED"})
_OVERLOADED = "it is too much for GitHub at once"


@dataclass(frozen=True, slots=True)
class Complaint:
    """One of the errors in an answer. `path`: which field it is about, from the top; `type`: '' where it has none."""

    type: str
    message: str
    path: tuple[str, ...]

    @property
    def is_about_missing(self) -> bool:
        """What was asked for is not there, or must not be seen."""
        return self.type in _GONE or self.type in _FORBIDDEN


@dataclass(frozen=True, slots=True)
class Answer:
    """What came. A field that `complaints` are about is null in `data`."""

    data: Mapping[str, Any]
    complaints: tuple[Complaint, ...] = ()

    def repository(self, thing: str) -> dict[str, Any]:
        """The field `repository`, where all of it could be had.

        Raises:
            SkippableSourceError: it is not there or may not be read.
        """
        for complaint in self.complaints:
            raise refusal(thing, complaint)
        found = self.data.get("repository")
        if not isinstance(found, dict):
            raise SkippableSourceError(f"the repository {thing} is not there, or the credential may not see it")
        return found


class GraphQL:
    """`address`: where GraphQL is answered, of the same origin as the client's."""

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address

    def ask(self, question: str, variables: Mapping[str, Any] | None = None, *, is_repeated: bool = True) -> Answer:
        """The answer, which may lack what is not there or may not be seen: its complaints say so.

        Raises:
            RetriableSourceError: it took too long or was too much, and is not whole.
            FatalSourceError: this is no question to this server.
            SourceError: see `Client.post`.
        """
        sent = {"query": question, "variables": dict(variables or {})}
        body = self._client.post(self._address, sent, resource=RESOURCE, is_repeated=is_repeated).object()
        data = body.get("data")
        complaints = tuple(_complaints(body.get("errors")))
        self._count(data)
        others = [complaint for complaint in complaints if not complaint.is_about_missing]
        if others:
            raise _failure(others[0], has_data=isinstance(data, dict))
        if not isinstance(data, dict):
            if complaints:
                return Answer({}, complaints)
            raise RetriableSourceError("GitHub answers a question without data; it is asked again at the next poll")
        return Answer(data, complaints)

    def ask_sized(self, question: str, variables: Mapping[str, Any], size: int) -> tuple[Answer, int]:
        """As `ask`, with the variable `size`: where that is too much at once, half of it, and so on; what did fit."""
        while size > SMALLEST_PAGE:
            try:
                return self.ask(question, {**variables, "size": size}, is_repeated=False), size
            except RetriableSourceError:
                size //= 2
        size = max(size, 1)
        return self.ask(question, {**variables, "size": size}), size

    def _count(self, data: object) -> None:
        """What the question really cost, where the answer says so; one point was counted when it was asked."""
        limit = data.get("rateLimit") if isinstance(data, dict) else None
        cost = limit.get("cost") if isinstance(limit, dict) else None
        if isinstance(cost, int) and cost > 1:
            self._client.spent(RESOURCE, cost - 1)


def of_each(
    repositories: Sequence[Mapping[str, str]], fields: str, variables: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]]:
    """A question about many repositories, given by `owner` and `name`, and its variables; the first one is `r0`.

    `fields`: of the type Repository. `variables`: texts that they use.
    """
    known = dict(variables or {})
    declared, asked = [f"${name}: String!" for name in known], []
    for number, one in enumerate(repositories):
        declared.append(f"$o{number}: String!, $n{number}: String!")
        asked.append(f"r{number}: repository(owner: $o{number}, name: $n{number}) {{ ...fields }}")
        known |= {f"o{number}": one["owner"], f"n{number}": one["name"]}
    question = f"query({', '.join(declared)}) {{ {' '.join(asked)} rateLimit {{ cost }} }}"
    return f"{question} fragment fields on Repository {{ {fields} }}", known


def _complaints(errors: object) -> Iterator[Complaint]:
    for error in errors if isinstance(errors, list) else []:
        if not isinstance(error, dict):
            continue
        code = error.get("type") or (error.get("extensions") or {}).get("code") or ""
        path = error.get("path") if isinstance(error.get("path"), list) else []
        message = excerpt(str(error.get("message", "")))
        yield Complaint(str(code), message, tuple(str(step) for step in path or ()))


def _failure(complaint: Complaint, *, has_data: bool) -> SourceError:
    """What an answer that is not whole for another reason means.

    An answer to a question that is itself refused has no data and a code for why; what breaks on the way (a timeout,
    the limits of resources) has neither, or has data that lack something.
    """
    if complaint.type in {"undefinedField", "argumentNotAccepted", "MAX_NODE_LIMIT_EXCEEDED"} and not has_data:
        return FatalSourceError(
            f"this GitHub does not understand what is asked of it ({complaint.message});"
            " Enterprise Server 3.14 or later is needed"
        )
    return RetriableSourceError(f"GitHub could not answer a question, {_OVERLOADED} or broken: {complaint.message}")


def refusal(thing: str, complaint: Complaint) -> SkippableSourceError:
    """The error for a repository that could not be had, or not all of it."""
    if complaint.type in _GONE:
        return SkippableSourceError(
            f"the repository {thing} is not there, or the credential may not see it; check the name,"
            " and that the token or App was given this repository"
        )
    field = ".".join(step for step in complaint.path[1:] if not step.isdigit())
    about = f"the repository {thing}" + (f" ({field})" if field else "")
    return SkippableSourceError(f"{about} may not be read: {complaint.message}")
