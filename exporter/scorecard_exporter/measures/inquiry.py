"""What is asked of the store about one reading, beyond its number: everything an explanation needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.measures.below import Below, read_below
from scorecard_exporter.measures.chain import Link, chain
from scorecard_exporter.measures.change import Change, change, estimated_times
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.evidence import evidence
from scorecard_exporter.measures.left_out import LeftOut, left_out
from scorecard_exporter.measures.model import Absence, Reading, Sample, Scope
from scorecard_exporter.store.base import Store

SAMPLES_SHOWN = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What was found about one reading.

    `newest` and `worst`: its samples. `change`: what may be said of the difference to the period before; None where
    one of them has no value. `below`: the same measure next below the team. `chain`: of a reading without a value.
    """

    newest: tuple[Sample, ...] = ()
    worst: tuple[Sample, ...] = ()
    change: Change | None = None
    left_out: tuple[LeftOut, ...] = ()
    below: Below | None = None
    chain: tuple[Link, ...] = ()


def inquire(
    store: Store,
    scopes: Mapping[str, Scope],
    reading: Reading,
    absence: Absence | None,
    *,
    better: Literal["higher", "lower"],
    before: Reading | None,
    known: Mapping[str, Reading],
) -> Inquiry:
    """Ask about a reading.

    `absence`: why its measure is grey, which may lie outside the reading. `before`: that of the period before.
    `known`: readings of the same definition and period by team, as far as they were made before.
    """
    definition, team, period = reading.definition, reading.team, reading.period
    newest, worst = evidence(
        store, definition, scopes, team, period, newest=SAMPLES_SHOWN, worst=SAMPLES_SHOWN, better=better
    )
    return Inquiry(
        newest=newest,
        worst=worst,
        change=_change(store, scopes, reading, before),
        left_out=left_out(store, reading, scopes[team]),
        below=read_below(store, scopes, reading, known),
        chain=_chain(store, scopes, reading, absence) if absence else (),
    )


def _change(store: Store, scopes: Mapping[str, Scope], reading: Reading, before: Reading | None) -> Change | None:
    if before is None or before.value is None or reading.value is None:
        return None
    return change(reading, before, estimated_times(store, scopes, reading, before))


def _chain(store: Store, scopes: Mapping[str, Scope], reading: Reading, absence: Absence) -> tuple[Link, ...]:
    """Of arithmetic, the chain of the operand that has no value."""
    definition = reading.definition
    if absence.code != "operand_absent":
        return chain(store, definition, scopes[reading.team], absence)
    operands = [operand for _, operand in definition.operands]
    for (of_team,) in evaluate(store, operands, scopes, [reading.team], [reading.period]).values():
        one = of_team[reading.team]
        if one.absence:
            return _chain(store, scopes, one, one.absence)
    return ()
