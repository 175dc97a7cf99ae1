"""What a review advises: the advice that `check` has for its scorecard and team. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict

from scorecard_exporter.config.lint.advice import ABOUT_TARGETS, Advice, heeded
from scorecard_exporter.scorecard.document import Document
from scorecard_exporter.scorecard.model import ScorecardStatus


def advised(advice: Iterable[Advice], silenced: Mapping[str, str], card: ScorecardStatus) -> Document:
    """`reconsider` (the targets), `advice` (the rest) and `silenced` with its reasons, of one scorecard and team."""
    titles = dict(_titles(card))
    wanted, quiet = heeded([one for one in advice if one.about in titles], silenced)
    documents = [{**asdict(one), "title": titles[one.about]} for one in wanted]
    return {
        "reconsider": [one for one in documents if one["name"] in ABOUT_TARGETS],
        "advice": [one for one in documents if one["name"] not in ABOUT_TARGETS],
        "silenced": [asdict(one) for one in quiet],
    }


def _titles(card: ScorecardStatus) -> Iterator[tuple[str, str]]:
    """What advice for this scorecard and team is about, and what people call it."""
    id_ = card.scorecard.id
    yield id_, card.scorecard.title
    yield f"team {card.team}", card.team_title
    for perspective in card.perspectives:
        yield f"{id_}/{perspective.perspective.id}", perspective.perspective.title
        for objective in perspective.objectives:
            yield f"{id_}/{objective.objective.id}", objective.objective.title
    for _, _, status in card.measures():
        yield f"{id_}/{status.measure.id}", status.measure.title
        for initiative in status.initiatives:
            yield f"initiative {initiative.id}", initiative.title
