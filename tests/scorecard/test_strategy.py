"""The strategy map: effects above causes, one place for each objective, few crossings, the same every time."""

from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.scorecard.layering import crossings, ordered
from scorecard_exporter.scorecard.strategy import NARROW, WIDE, strategy_map


@pytest.fixture(scope="session")
def draw(build):
    """Draws a map of {perspective: {objective: [objectives that it leads to]}}, every objective with one measure."""

    def drawn(sides, *, sizes=WIDE, without=()):
        measures = {name: build.measure(f"of-{name}") for side in sides.values() for name in side}
        perspectives = [
            build.perspective(
                *(
                    build.objective(*([] if name in without else [measures[name]]), name=name, leads_to=tuple(effects))
                    for name, effects in side.items()
                ),
                name=title,
            )
            for title, side in sides.items()
        ]
        readings = [build.reading(one, 12) for one in measures.values()]
        taken = build.snapshot(build.configuration(*perspectives), readings)
        return strategy_map(taken.scorecards[0], sizes)

    return drawn


def rows(drawn):
    """The ids of the objectives from top to bottom, each row from left to right."""
    places = {}
    for node in sorted(drawn.nodes, key=lambda node: (node.y, node.x)):
        places.setdefault(node.y, []).append(node.objective.id)
    return list(places.values())


CLASSIC = {
    "business": {"growth": []},
    "customers": {"trust": ["growth"], "use": ["growth"]},
    "excellence": {"speed": ["use"], "safety": ["trust"]},
    "capability": {"skills": ["safety", "speed"]},
}
MAPS = [
    (CLASSIC, [["growth"], ["trust", "use"], ["safety", "speed"], ["skills"]], "business value on top, none crosses"),
    (
        dict(reversed(CLASSIC.items())),
        [["growth"], ["trust", "use"], ["safety", "speed"], ["skills"]],
        "a file that begins with capability is drawn the same way up",
    ),
    ({"a": {"one": []}, "b": {"two": []}}, [["one"], ["two"]], "without arrows the order of the file"),
    (
        {"a": {"one": ["two"], "two": ["three"], "three": []}},
        [["three"], ["two"], ["one"]],
        "within a perspective the effect stands above its cause",
    ),
    ({"a": {"one": ["two"]}, "b": {"two": ["three"]}, "c": {"three": []}}, [["three"], ["two"], ["one"]], "upwards"),
    (
        {"a": {name: [] for name in "abcde"}},
        [["a", "b", "c"], ["d", "e"]],
        "five do not fit side by side",
    ),
    ({"a": {}, "b": {"one": []}}, [["one"]], "a perspective without an objective takes no place"),
    ({}, [], "nothing yet"),
]


@pytest.mark.parametrize(("sides", "expected", "why"), MAPS, ids=[row[2] for row in MAPS])
def test_rows(draw, sides, expected, why):
    assert rows(draw(sides)) == expected, why


def test_the_places_of_a_small_map(draw):
    """Counted by hand from the sizes: label 150, margin and heading 20, objective 196 by 92, gap 24."""
    drawn = draw({"a": {"top": []}, "b": {"left": ["top"], "right": ["top"]}})
    assert (drawn.width, drawn.height) == (150 + 20 + 196 + 24 + 196 + 20, 132 + 24 + 132)
    assert [(node.objective.id, node.x, node.y) for node in drawn.nodes] == [
        ("top", 280, 20),
        ("left", 170, 156 + 20),
        ("right", 390, 156 + 20),
    ]
    assert [(lane.perspective.perspective.id, lane.y, lane.height) for lane in drawn.lanes] == [
        ("a", 0, 132),
        ("b", 156, 132),
    ]
    left, right = drawn.arrows
    assert (left.cause, left.effect) == ("left", "top")
    assert left.points[0] == (268, 176), "from the middle of the upper side of the cause"
    assert left.points[-1][1] == right.points[-1][1] == 112, "to the lower side of the effect"
    assert left.points[-1][0] < right.points[-1][0], "side by side, so that they do not cross"


def test_an_objective_without_a_measure_is_part_of_the_strategy(draw):
    """Its place is kept and it has no status; an arrow through it is not lost."""
    drawn = draw(CLASSIC, without=("speed",))
    status = {node.objective.id: node.status and node.status.status for node in drawn.nodes}
    assert status["speed"] is None
    assert status["safety"] == "yellow"
    assert ("skills", "speed") in {(arrow.cause, arrow.effect) for arrow in drawn.arrows}


names = [f"o{number}" for number in range(9)]
maps = st.builds(
    lambda sides, effects: {
        f"p{side}": {
            name: sorted({effect for effect in effects[index] if effect < name})
            for index, name in enumerate(names)
            if sides[index] == side
        }
        for side in range(4)
    },
    st.lists(st.integers(0, 3), min_size=9, max_size=9),
    st.lists(st.sets(st.sampled_from(names), max_size=3), min_size=9, max_size=9),
)


@given(sides=maps, sizes=st.sampled_from([WIDE, NARROW]))
def test_whatever_the_strategy_everything_is_drawn_once_and_apart(draw, sides, sizes):
    """Objectives do not overlap, stay in their perspective, and each arrow joins the two that it is about."""
    drawn = draw(sides, sizes=sizes)
    assert sorted(node.objective.id for node in drawn.nodes) == names
    for one, other in combinations(drawn.nodes, 2):
        apart = abs(one.x - other.x) >= sizes.width + sizes.gap or abs(one.y - other.y) >= sizes.height
        assert apart, (one.objective.id, other.objective.id)
    lanes = {lane.perspective.perspective.id: lane for lane in drawn.lanes}
    for node in drawn.nodes:
        lane = lanes[node.perspective]
        assert lane.y < node.y
        assert node.y + node.height < lane.y + lane.height <= drawn.height
        assert sizes.label < node.x < node.x + node.width < drawn.width
    places = {node.objective.id: node for node in drawn.nodes}
    for arrow in drawn.arrows:
        for (x, y), node in zip(
            (arrow.points[0], arrow.points[-1]), (places[arrow.cause], places[arrow.effect]), strict=True
        ):
            assert node.x < x < node.x + node.width
            assert y in (node.y, node.y + node.height)
    assert len(drawn.arrows) == sum(len(effects) for side in sides.values() for effects in side.values())
    assert drawn == draw(sides, sizes=sizes), "the same every time"


@given(edges=st.sets(st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), max_size=7))
def test_an_order_is_never_worse_than_that_of_the_file(edges):
    layers = [list("abcd"), list("wxyz")]
    found = ordered(layers, sorted(edges))
    assert [sorted(layer) for layer in found] == layers
    assert crossings(found, sorted(edges)) <= crossings(layers, sorted(edges))


def fewest(layers, edges):
    """By trying every order."""
    return min(crossings(order, edges) for order in product(*(permutations(layer) for layer in layers)))


ORDERS = [
    ([["a", "b"], ["x", "y"]], [("a", "y"), ("b", "x")], 0, "one pair the wrong way round"),
    ([["a", "b"], ["x", "y"]], [("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")], 1, "all with all cannot but cross"),
    ([["a"], ["x", "y", "z"], ["k", "l", "m"]], [("a", "x"), ("x", "m"), ("y", "l"), ("z", "k")], 0, "three rows"),
]


@pytest.mark.parametrize(("layers", "edges", "expected", "why"), ORDERS, ids=[row[3] for row in ORDERS])
def test_crossings_are_as_few_as_can_be(layers, edges, expected, why):
    assert crossings(ordered(layers, edges), edges) == expected == fewest(layers, edges), why
