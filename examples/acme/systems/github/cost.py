"""What a GraphQL query costs, by GitHub's own formula.

Each connection takes as many requests as there are parents, if all pages are full; a hundred requests are a point, and
a query costs one at least. The number of nodes is counted the same way, and limited.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
)

MOST_NODES = 500_000


@dataclass(frozen=True, slots=True)
class Cost:
    """`points` of the quota, and how many nodes there may be at most."""

    points: int
    nodes: int


def cost(document: DocumentNode, variables: Mapping[str, Any]) -> Cost:
    """The cost of a valid document."""
    counter = _Counter(document, variables)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            counter.visit(definition.selection_set, 1)
    return Cost(points=max(1, round(counter.requests / 100)), nodes=counter.nodes)


class _Counter:
    def __init__(self, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        self._variables = variables
        self._fragments = {
            one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)
        }
        self.requests = 0
        self.nodes = 0

    def visit(self, selections: SelectionSetNode, parents: int) -> None:
        """Count what is selected below something that is there so many times."""
        for selection in selections.selections:
            if isinstance(selection, FragmentSpreadNode):
                self.visit(self._fragments[selection.name.value].selection_set, parents)
            elif isinstance(selection, InlineFragmentNode):
                self.visit(selection.selection_set, parents)
            elif isinstance(selection, FieldNode) and selection.selection_set:
                self._field(selection, selection.selection_set, parents)

    def _field(self, field: FieldNode, selections: SelectionSetNode, parents: int) -> None:
        """A connection is what has a bound: none is answered without one."""
        bound = self._bound(field)
        if bound is not None:
            self.requests += parents
            self.nodes += parents * bound
        self.visit(selections, parents * (bound or 1))

    def _bound(self, field: FieldNode) -> int | None:
        for argument in field.arguments or ():
            if argument.name.value in ("first", "last"):
                if isinstance(argument.value, IntValueNode):
                    return int(argument.value.value)
                if isinstance(argument.value, VariableNode):
                    found = self._variables.get(argument.value.name.value)
                    return found if isinstance(found, int) else 0
        return None
