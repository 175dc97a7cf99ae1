"""Which results of a tree of teams must not be shown, so that no smaller group of people can be worked out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scorecard_exporter.measures.model import Scope


def withheld(scopes: Mapping[str, Scope], own: Mapping[str, int], least: int) -> frozenset[str]:
    """The teams whose results have to be withheld; `own`: answers of each team without those of the teams below it.

    A team with fewer than `least` answers is one. From what is shown of a team and of the teams below it, the rest can
    be worked out: the answers that are in no shown team below. Where these are some and yet fewer than `least`, the
    smallest shown team next below is withheld too, until there are enough of them. In a tree nothing else can be
    worked out, since every sum and difference of what is shown is made of such rests.
    """
    return _Tree(scopes, own, least).withheld()


class _Tree:
    def __init__(self, scopes: Mapping[str, Scope], own: Mapping[str, int], least: int) -> None:
        self._scopes, self._own, self._least = scopes, own, least
        self._answers: dict[str, int] = {}
        children = {child for scope in scopes.values() for child in scope.children}
        self._roots = sorted(scopes.keys() - children)
        for root in self._roots:
            self._add_up(root)
        self._hidden = {team for team, answers in self._answers.items() if answers < least}

    def withheld(self) -> frozenset[str]:
        for root in self._roots:
            self._protect(root)
        return frozenset(self._hidden)

    def _add_up(self, team: str) -> int:
        answers = self._own.get(team, 0)
        for child in self._scopes[team].children:
            answers += self._add_up(child)
        self._answers[team] = answers
        return answers

    def _protect(self, team: str) -> None:
        """Hide what is needed for a shown team, and then go on with those below it."""
        while team not in self._hidden:
            shown = list(self._shown_below(team))
            rest = self._answers[team] - sum(self._answers[one] for one in shown)
            if not shown or not 0 < rest < self._least:
                break
            self._hidden.add(min(shown, key=lambda one: (self._answers[one], one)))
        for child in self._scopes[team].children:
            if self._scopes[child].children:
                self._protect(child)

    def _shown_below(self, team: str) -> Iterator[str]:
        """The shown teams next below a team, through those that are hidden."""
        for child in self._scopes[team].children:
            if child in self._hidden:
                yield from self._shown_below(child)
            else:
                yield child
