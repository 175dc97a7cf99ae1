"""Advice on a valid configuration: what is allowed, and yet will hardly do what was meant."""

from __future__ import annotations

from scorecard_exporter.config.lint.advice import Advice
from scorecard_exporter.config.lint.balance import balance
from scorecard_exporter.config.lint.people import people
from scorecard_exporter.config.lint.sources import sources
from scorecard_exporter.config.lint.strategy import strategy
from scorecard_exporter.config.lint.targets import targets
from scorecard_exporter.config.model import Configuration


def advise(configuration: Configuration, at: int) -> list[Advice]:
    """All advice that needs no numbers, silenced or not, at the moment `at` (microseconds)."""
    return [
        *balance(configuration),
        *people(configuration, at),
        *strategy(configuration),
        *targets(configuration, at),
        *sources(configuration),
    ]
