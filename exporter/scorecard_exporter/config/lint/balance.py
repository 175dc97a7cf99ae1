"""Whether a scorecard has the vital few measures, of both sorts, and none that decides alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.model import Configuration, Measure, Perspective, Scorecard

MOST_MEASURES = 20
FEWEST_OF_PERSPECTIVE, MOST_OF_PERSPECTIVE = 3, 5
TOO_MUCH = Fraction(1, 2)


def balance(configuration: Configuration) -> Iterator[Advice]:
    """Number, sorts and weights of the measures of every scorecard."""
    if not configuration.scorecards:
        sentence = "there is no scorecard, so nothing is measured; define one under 'scorecards'"
        yield Advice("nothing-measured", "the configuration", sentence)
    for scorecard in configuration.scorecards.values():
        if any(scorecard.measures()):
            yield from _number(scorecard)
            yield from _deciding(scorecard)
            for perspective in scorecard.perspectives:
                yield from _perspective(scorecard, perspective)
        else:
            sentence = "it has no measure; name some under an objective's 'measures'"
            yield Advice("nothing-measured", scorecard.id, sentence)


def _number(scorecard: Scorecard) -> Iterator[Advice]:
    most = _most([measure for _, _, measure in scorecard.measures()], scorecard)
    if most > MOST_MEASURES:
        sentence = f"{most} measures for one team, more than {MOST_MEASURES}; keep those that somebody acts on"
        yield Advice("too-many-measures", scorecard.id, sentence)


def _most(measures: Sequence[Measure], scorecard: Scorecard) -> int:
    """How many of these the team has that has the most."""
    local = [measure for measure in measures if measure.teams != scorecard.teams]
    of_team = (sum(team in measure.teams for measure in local) for team in scorecard.teams)
    return len(measures) - len(local) + max(of_team, default=0)


def _perspective(scorecard: Scorecard, perspective: Perspective) -> Iterator[Advice]:
    measures = [measure for objective in perspective.objectives for measure in objective.measures]
    about, most = f"{scorecard.id}/{perspective.id}", _most(measures, scorecard)
    if most > MOST_OF_PERSPECTIVE:
        sentence = f"{most} measures, more than {MOST_OF_PERSPECTIVE}; leave the vital few"
        yield Advice("perspective-too-large", about, sentence)
    if most < FEWEST_OF_PERSPECTIVE:
        sentence = f"{most} measure{'' if most == 1 else 's'}, fewer than {FEWEST_OF_PERSPECTIVE}; add what balances it"
        yield Advice("perspective-too-small", about, sentence)
    sorts = {measure.indicator for measure in measures}
    if sorts == {"lagging"}:
        sentence = "all its measures are lagging; add one that foretells them and can be acted on"
        yield Advice("no-leading-measure", about, sentence)
    if sorts == {"leading"}:
        sentence = "all its measures are leading; add one that confirms the outcome"
        yield Advice("only-leading-measures", about, sentence)


def _deciding(scorecard: Scorecard) -> Iterator[Advice]:
    shares = dict(_shares(scorecard))
    for id_, share in shares.items():
        if share > TOO_MUCH and len(shares) > 1:
            sentence = f"by the weights it is {int(100 * share)} % of the whole; spread them, so that the others count"
            yield Advice("one-measure-decides", f"{scorecard.id}/{id_}", sentence)


def _shares(scorecard: Scorecard) -> Iterator[tuple[str, Fraction]]:
    """The share of each measure that counts in the score of the whole."""
    sides = [side for side in scorecard.perspectives if any(one.measures for one in side.objectives)]
    for side in sides:
        objectives = [one for one in side.objectives if one.measures]
        for objective in objectives:
            above = _share(side.weight, [one.weight for one in sides])
            above *= _share(objective.weight, [one.weight for one in objectives])
            for measure in objective.measures:
                share = above * _share(measure.weight, [one.weight for one in objective.measures])
                if share:
                    yield measure.id, share


def _share(weight: Fraction, weights: Sequence[Fraction]) -> Fraction:
    whole = sum(weights, Fraction(0))
    return weight / whole if whole else Fraction(0)
