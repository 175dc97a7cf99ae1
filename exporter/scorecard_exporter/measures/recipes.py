"""Every measure that is made of events."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.measures.customers import CUSTOMERS
from scorecard_exporter.measures.delivery import DELIVERY
from scorecard_exporter.measures.flow import FLOW
from scorecard_exporter.measures.model import Definition
from scorecard_exporter.measures.recipe import Recipe

RECIPES: Mapping[str, Recipe] = {**DELIVERY, **FLOW, **CUSTOMERS}


def recipe_of(definition: Definition) -> Recipe | None:
    """How a measure of events is made; None where it is made of observations, surveys or other measures."""
    return None if definition.series else RECIPES.get(definition.measure)
