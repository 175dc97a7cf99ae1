"""Which environment is production, and what deploys a service, from what a host shows. Guesses; the file says so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from scorecard_exporter.events.patterns import matches
from scorecard_exporter.sources.kit.starter import FoundService

USUAL = ("prod*", "live")
"""What `production` is where the configuration does not say it."""
_LIKE_PRODUCTION = re.compile(r"(?<![a-z])(?:prod|production|prd|live)(?![a-z])", re.IGNORECASE)
_BEFORE_PRODUCTION = re.compile(r"(?:pre|non|not|post)[-_ .]?(?:prod|prd|live)|(?:test|stag)", re.IGNORECASE)
_NO_PRODUCTION = re.compile(
    r"(?<![a-z])(?:ci|demo|dev|develop|development|github-pages|int|integration|lab|pr|preview|qa|review|sandbox|"
    r"stage|staging|test|testing|uat)(?![a-z])",
    re.IGNORECASE,
)

Way = Literal["environment", "releases", "tags", "first_parent"]


def production_of(service: FoundService) -> tuple[str, ...]:
    """The environments of a service that are production, as far as names tell; none where they do not.

    Those with the usual names; else those with the word in them; else the only one, unless it is known to be another.
    """
    names = [name for name in service.environments if not _BEFORE_PRODUCTION.search(name)]
    usual = tuple(name for name in names if matches(name, USUAL))
    alike = tuple(name for name in names if _LIKE_PRODUCTION.search(name))
    if usual or alike:
        return usual or alike
    only = tuple(service.environments)
    return only if len(only) == 1 and not _NO_PRODUCTION.search(only[0]) else ()


def way_of(service: FoundService) -> Way | None:
    """What its deployments are told by; None: nothing tells them."""
    if production_of(service):
        return "environment"
    if service.releases:
        return "releases"
    return "tags" if service.tags else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Production:
    """Patterns that choose production of all services, and all environments that exist: name → in how many services."""

    patterns: tuple[str, ...]
    seen: Mapping[str, int]


def production(services: Iterable[FoundService]) -> Production:
    """The usual patterns where one of them is used, and the names of the rest."""
    chosen: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for service in services:
        chosen.update(production_of(service))
        seen.update(service.environments.keys())
    usual = [pattern for pattern in USUAL if any(matches(name, (pattern,)) for name in chosen)]
    others = [name for name, _ in chosen.most_common() if not matches(name, USUAL)]
    return Production(patterns=(*usual, *others) or USUAL, seen=dict(seen.most_common()))
