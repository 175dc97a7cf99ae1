"""The tree of teams: which subjects stand for a team, and numbers of subjects added up for the teams above them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from scorecard_exporter.measures.model import Scope

_Number = TypeVar("_Number")


def subjects_of(scopes: Mapping[str, Scope], teams: Iterable[str]) -> frozenset[str]:
    """What observations of these teams can be about: they and all teams below them (`team/NAME`), and the services."""
    found: set[str] = set()
    waiting = list(teams)
    while waiting:
        scope = scopes[waiting.pop()]
        if f"team/{scope.team}" not in found:
            found.update((f"team/{scope.team}", *scope.own_services))
            waiting.extend(scope.children)
    return frozenset(found)


class _Parts(NamedTuple):
    """What a team is made of: subjects, and teams below it; nothing is in two of them. `alone`: the only subject."""

    subjects: Sequence[str] = ()
    children: Sequence[str] = ()
    alone: str = ""


class Tree:
    """Which subjects stand for a team, given those that have observations: each counted once."""

    def __init__(self, scopes: Mapping[str, Scope], rollup: str, present: Collection[str]) -> None:
        self._scopes = scopes
        self._rollup = rollup
        self._present = frozenset(present)
        self._subjects: dict[str, frozenset[str]] = {}
        self._parts: dict[str, _Parts] = {}
        self.alone: dict[str, str] = {}
        """Of teams for which one subject stands, that one; as far as their parts were asked for."""

    def subjects(self, team: str) -> frozenset[str]:
        """The team's own subject, or those of its services and children.

        With `own` its own one goes first; with `sum` it counts only where nothing below has any.
        """
        if team not in self._subjects:
            subjects, children, _ = self.parts(team)
            self._subjects[team] = frozenset(subjects).union(*map(self.subjects, children))
        return self._subjects[team]

    def parts(self, team: str) -> _Parts:
        """The same as subjects and children of the team that have some; where they overlap, all as subjects."""
        known = self._parts.get(team)
        if known is None:
            known = self._parts[team] = self._parts_of(self._scopes[team])
            if known.alone:
                self.alone[team] = known.alone
        return known

    def _parts_of(self, scope: Scope) -> _Parts:
        own = _one(f"team/{scope.team}") if f"team/{scope.team}" in self._present else None
        if own and self._rollup == "own":
            return own
        services = sorted(self._present.intersection(scope.own_services))
        children = [child for child in scope.children if self.subjects(child)]
        every = frozenset(services).union(*map(self.subjects, children))
        if not every:
            return own or _Parts()
        if len(every) == 1:
            return _one(*every)
        if len(every) < len(services) + sum(len(self.subjects(child)) for child in children):
            return _Parts(sorted(every))
        # A team of one subject is that subject: nothing has to be added up for it.
        below = [child for child in children if child not in self.alone]
        return _Parts([*services, *(self.alone[child] for child in children if child in self.alone)], below)


def _one(subject: str) -> _Parts:
    return _Parts([subject], (), subject)


class AddedUp(Generic[_Number]):
    """What each subject has, added up for every team that is asked for."""

    def __init__(
        self, tree: Tree, by_subject: Mapping[str, _Number], add: Callable[[Sequence[_Number]], _Number]
    ) -> None:
        """`add`: several numbers; or none, where no subject stands for a team."""
        self._tree = tree
        self._alone = tree.alone
        self._by_subject = by_subject
        self._add = add
        self._known: dict[str, _Number] = {}

    def of(self, team: str) -> _Number:
        """That of a team."""
        alone = self._alone.get(team)
        if alone:
            return self._by_subject[alone]
        if team not in self._known:
            self._known[team] = self._sum_of(team)
        return self._known[team]

    def _sum_of(self, team: str) -> _Number:
        subjects, children, alone = self._tree.parts(team)
        if alone:
            return self._by_subject[alone]
        every = [self._by_subject[subject] for subject in subjects]
        every.extend(map(self.of, children))
        return self._add(every)
