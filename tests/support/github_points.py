"""What a question by GraphQL costs, by GitHub's formula, worked out from its text and not from any answer."""

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    get_named_type,
    parse,
    value_from_ast_untyped,
)


def connections(schema, text, variables=None):
    """How many connections may have to be fetched, each of them full."""
    document = parse(text)
    fragments = {one.name.value: one for one in document.definitions if not isinstance(one, OperationDefinitionNode)}
    (operation,) = (one for one in document.definitions if isinstance(one, OperationDefinitionNode))

    def count(selection_set, parent, times):
        total = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FragmentSpreadNode):
                fragment = fragments[selection.name.value]
                total += count(fragment.selection_set, schema.type_map[fragment.type_condition.name.value], times)
            elif isinstance(selection, InlineFragmentNode):
                condition = selection.type_condition
                inner = schema.type_map[condition.name.value] if condition else parent
                total += count(selection.selection_set, inner, times)
            else:
                total += field(selection, parent, times)
        return total

    def field(node: FieldNode, parent, times):
        if not isinstance(parent, GraphQLObjectType) and not hasattr(parent, "fields"):
            return 0
        if node.name.value.startswith("__"):
            return 0
        inner = get_named_type(parent.fields[node.name.value].type)
        if not inner.name.endswith("Connection"):
            return count(node.selection_set, inner, times)
        given = {one.name.value: value_from_ast_untyped(one.value, variables) for one in node.arguments}
        size = given.get("first") or given.get("last")
        assert size, f"GitHub wants `first` or `last` for {node.name.value}"
        assert 1 <= size <= 100, f"GitHub gives 1 to 100 of {node.name.value}"
        return times + count(node.selection_set, inner, times * size)

    return count(operation.selection_set, schema.query_type, 1)


def points(schema, text, variables=None):
    """The cost: a point for each hundred connections, rounded, and one at least."""
    return max(1, (connections(schema, text, variables) + 50) // 100)
