"""Whether somebody minds every measure, and whether initiatives can be carried through."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration, Initiative

_PERSONAL = re.compile(r"[a-z]+\.[a-z]+@.+", re.IGNORECASE)
NAMED = 5
"""So many names are listed; of more, how many they are."""


def people(configuration: Configuration, at: int) -> Iterator[Advice]:
    """Owners of measures and teams, and initiatives, at the moment `at` (microseconds)."""
    yield from _unowned(configuration)
    yield from _personal(configuration)
    for initiative in configuration.initiatives.values():
        yield from _initiative(initiative, at)


def listed(names: list[str]) -> str:
    """Names as a sentence has them, not more than a line of them."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _unowned(configuration: Configuration) -> Iterator[Advice]:
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            concerned = [team for team in measure.teams if team in scorecard.teams]
            teams = [team for team in concerned if not measure.owners.get(team)]
            if teams:
                where = "" if len(teams) == len(concerned) else f" for {listed(teams)}"
                sentence = f"it has no owner{where}; name one beside the measure, its objective or the team"
                yield Advice("no-owner", f"{scorecard.id}/{measure.id}", sentence)


def looks_personal(owner: str) -> bool:
    """Whether an address looks like that of one person."""
    return _PERSONAL.fullmatch(owner) is not None


def _personal(configuration: Configuration) -> Iterator[Advice]:
    told: set[str] = set()
    for where, owner in _owners(configuration).items():
        if looks_personal(owner) and owner not in told:
            told.add(owner)
            sentence = f"the owner {owner} looks like a person; a role or a group address outlives people"
            yield Advice("personal-owner", where, sentence)


def _owners(configuration: Configuration) -> Mapping[str, str]:
    owners = {f"team {team.name}": team.owner for team in configuration.teams.values()}
    for scorecard in configuration.scorecards.values():
        for _, _, measure in scorecard.measures():
            owners |= {f"{scorecard.id}/{measure.id}": owner for owner in measure.owners.values()}
    return owners | {f"initiative {one.id}": one.owner for one in configuration.initiatives.values()}


def _initiative(initiative: Initiative, at: int) -> Iterator[Advice]:
    about, done = f"initiative {initiative.id}", initiative.is_finished
    if initiative.due and initiative.is_overdue(at):
        sentence = f"it was due on {initiative.due:%Y-%m-%d} and is not done; finish it, move the date, or give it up"
        yield Advice("initiative-overdue", about, sentence)
    if not initiative.owner and not done:
        yield Advice("initiative-without-owner", about, "nobody carries it through; name an 'owner'")
    if not initiative.resources and not done:
        sentence = "it is given nothing; say under 'resources' what it may use, or it will not happen"
        yield Advice("initiative-without-resources", about, sentence)
