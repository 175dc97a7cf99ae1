"""Net promoter scores: rows of (answers, value, why), and what must not be shown."""

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scorecard_exporter.measures.model import Scope
from scorecard_exporter.measures.withheld import withheld

DAY = 24 * 3600 * 1_000_000


def score(world, team="payments", **changed):
    definition = world.define("employee_net_promoter_score", unit="points", survey=world.survey(**changed))
    return world.reading(definition, team=team)


@pytest.mark.parametrize(
    ("answers", "value"),
    [
        pytest.param((9, 10, 9, 10, 9), 100, id="promoters"),
        pytest.param((0, 1, 2, 3, 4, 5, 6), -100, id="detractors"),
        pytest.param((7, 8, 7, 8, 7), 0, id="passives"),
        pytest.param((10, 8, 8, 6, 7), 0, id="one promoter and one detractor"),
        pytest.param((10, 10, 8, 8, 0), 20, id="two of five and one of five"),
        pytest.param((10, 10, 8, 8, 0, "lunch", ""), 20, id="words are no answers"),
        pytest.param((10, 10, 8, 8, 0, 11, -1, "9.5"), 20, id="nor are numbers beyond the scale"),
        pytest.param((10, 10, 10, 10, 10, 0, 0), Fraction(300, 7), id="exact"),
    ],
)
def test_a_score_is_the_mean_of_promoters_and_detractors(world, answers, value):
    world.answered("payments", *answers, closes_at=world.at(10))
    found = score(world)
    assert (found.value, found.absence) == (value, None)


def test_its_parts_are_the_numbers_of_answers(world):
    world.answered("payments", 10, 9, 8, 3, 7, closes_at=world.at(10))
    found = score(world)
    assert {name: part.value for name, part in found.parts.items()} == {"promoters": 2, "passives": 2, "detractors": 1}
    assert (found.samples, found.newest_at, found.interval) == (5, world.at(10), None)


@pytest.mark.parametrize(
    ("closes", "value"),
    [
        pytest.param({"one": 5, "two": 9}, -100, id="the newest closed round"),
        pytest.param({"one": 5, "two": 30}, 100, id="one that closes at the end is not closed before it"),
        pytest.param({"one": -40, "two": -50}, 100, id="it may have closed before the window"),
    ],
)
def test_the_newest_round_that_was_closed_before_the_end_counts(world, closes, value):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(closes["one"]), round_="one")
    world.answered("payments", 0, 0, 0, 0, 0, closes_at=world.at(closes["two"]), round_="two")
    assert score(world).value == value


def test_a_round_is_open_until_its_last_answer_says_that_it_closed(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(5))
    world.answered("idle", 9, closes_at=world.at(30))
    assert score(world).absence.code == "no_closed_round"


def test_a_question_may_be_named(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(5), question="work")
    world.answered("payments", 0, 0, 0, 0, 0, closes_at=world.at(5), question="lunch")
    assert score(world, question="work").value == 100


def test_a_team_counts_the_answers_of_its_whole_tree(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(5))
    world.answered("company", 0, 0, 0, 0, 0, closes_at=world.at(5))
    assert (score(world).value, score(world, "company").value) == (100, 0)


def test_only_answers_from_the_surveys_own_origin_count(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(5))
    world.answered("payments", 0, 0, 0, 0, 0, closes_at=world.at(6), origin="files:elsewhere", round_="two")
    assert score(world, origin="files:numbers").value == 100


@pytest.mark.parametrize(
    ("answers", "shown"),
    [
        pytest.param({"payments": 5, "idle": 5}, {"company", "payments", "idle"}, id="enough everywhere"),
        pytest.param({"payments": 9, "idle": 4}, {"company"}, id="a sibling of a small team is withheld"),
        pytest.param({"payments": 9, "idle": 0}, {"company", "payments"}, id="no answer gives nobody away"),
        pytest.param({"payments": 9, "idle": 2, "company": 2}, {"company"}, id="2 and 2 of no team could be told as 4"),
        pytest.param({"payments": 9, "idle": 2, "company": 3}, {"company", "payments"}, id="5 in a rest are enough"),
        pytest.param({"payments": 2, "idle": 2}, set(), id="too few altogether"),
        pytest.param({"payments": 3, "idle": 3}, {"company"}, id="two small ones hide each other"),
    ],
)
def test_results_by_which_a_small_group_could_be_worked_out_are_withheld(world, answers, shown):
    for team, number in answers.items():
        world.answered(team, *[9] * number, closes_at=world.at(5))
    assert {team for team in world.scopes if score(world, team).value is not None} == shown


def test_a_smaller_least_group_may_be_chosen(world):
    world.answered("payments", 9, 9, 9, closes_at=world.at(5))
    assert score(world, min_group=3).value == 100


def test_answers_are_never_evidence(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(5))
    definition = world.define("net_promoter_score", unit="points", survey=world.survey())
    assert world.evidence(definition) == ((), ())


def scopes(parents):
    """A tree of teams from each one's parent."""
    return {
        team: Scope(team=team, services=(), children=tuple(child for child, above in parents.items() if above == team))
        for team in parents
    }


def members(parents, team):
    return {team}.union(*(members(parents, child) for child, above in parents.items() if above == team))


def can_be_told(shown, group, atoms):
    """Whether a group is a sum and difference of what is shown: by elimination over fractions."""
    rows = [[Fraction(atom in one) for atom in atoms] for one in shown]
    wanted = [Fraction(atom in group) for atom in atoms]
    for place in range(len(atoms)):
        pivot = next((row for row in rows if row[place]), None)
        if pivot is None:
            if wanted[place]:
                return False
            continue
        rows = [
            [one - row[place] / pivot[place] * other for one, other in zip(row, pivot, strict=True)]
            for row in rows
            if row is not pivot
        ]
        wanted = [one - wanted[place] / pivot[place] * other for one, other in zip(wanted, pivot, strict=True)]
    return True


@st.composite
def trees(draw):
    """Up to seven teams, each below an earlier one or none."""
    names = "abcdefg"[: draw(st.integers(1, 7))]
    return {name: draw(st.sampled_from((None, *names[:place]))) for place, name in enumerate(names)}


@given(parents=trees(), answers=st.lists(st.integers(0, 6), min_size=7, max_size=7))
@example(parents={"a": None, "b": "a", "c": "b", "d": "b", "e": "a"}, answers=[0, 0, 6, 6, 3, 0, 0])
def test_no_small_group_can_be_worked_out_of_what_is_shown(parents, answers):
    """Whoever adds and subtracts shown results finds no group of one to four people; and not all is hidden."""
    own = dict(zip(parents, answers, strict=False))
    atoms = [team for team in parents if own[team]]
    hidden = withheld(scopes(parents), own, 5)
    shown = [members(parents, team) for team in parents if team not in hidden]
    for chosen in product((False, True), repeat=len(atoms)):
        group = {atom for atom, is_in in zip(atoms, chosen, strict=True) if is_in}
        if 0 < sum(own[atom] for atom in group) < 5:
            assert not can_be_told(shown, group, atoms)
    for root in (team for team, above in parents.items() if above is None):
        assert (root in hidden) == (sum(own[team] for team in members(parents, root)) < 5)
