"""What changed colour and why, and what came of promises: measures and initiatives as review documents have them."""

import pytest

from scorecard_exporter.report.changes import changes
from scorecard_exporter.report.promises import promises, standing


def measure(status, value="", goal="<= 2 d", red="14 d", **more):
    reason = {"state": "missing", "sentence": "No deployment in 30 d.", "fix": ""} if status == "grey" else None
    plain = {"id": "lead", "title": "Lead time", "status": status, "value_text": value, "goal_text": goal}
    return {**plain, "red_text": red, "reason": reason, "parts": {}, **more}


ROWS = [
    (
        measure("green", "1 d"),
        measure("yellow", "3 d"),
        "worse",
        "It went from 1 d to 3 d. The target stayed at <= 2 d (red at 14 d).",
    ),
    (
        measure("red", "20 d"),
        measure("green", "1 d"),
        "better",
        "It went from 20 d to 1 d. The target stayed at <= 2 d (red at 14 d).",
    ),
    (
        measure("green", "3 d", goal="<= 4 d"),
        measure("yellow", "3 d"),
        "worse",
        "It stayed at 3 d. Its target changed: from <= 4 d (red at 14 d) to <= 2 d (red at 14 d).",
    ),
    (measure("green", "1 d"), measure("grey"), "lost", "It was 1 d. No deployment in 30 d."),
    (measure("grey"), measure("red", "20 d"), "found", "It is 20 d against <= 2 d. Before: No deployment in 30 d."),
    (
        measure("green", "1 d", parts={"pickup": "2 h", "review": "1 h", "p90": "3 d"}),
        measure("yellow", "3 d", parts={"pickup": "2 d", "review": "1 h", "p90": "9 d"}),
        "worse",
        (
            "It went from 1 d to 3 d. The target stayed at <= 2 d (red at 14 d). "
            "Of its stages, pickup went from 2 h to 2 d."
        ),
    ),
    (
        measure("green", "70 %", goal="60 %..80 %", red=""),
        measure("yellow", "85 %", goal="60 %..80 %", red=""),
        "worse",
        "It went from 70 % to 85 %. The target stayed at 60 %..80 %.",
    ),
]


@pytest.mark.parametrize(("before", "now", "direction", "text"), ROWS)
def test_a_change_of_colour_says_what_moved(before, now, direction, text):
    assert changes([now], {"lead": before}) == [
        {
            "id": "lead",
            "title": "Lead time",
            "before": before["status"],
            "status": now["status"],
            "direction": direction,
            "text": text,
        }
    ]


def test_the_same_colour_is_no_change_and_a_new_measure_neither():
    assert changes([measure("green", "1 d")], {"lead": measure("green", "2 d")}) == []
    assert changes([measure("red", "20 d")], {}) == []


def test_what_got_worse_comes_first():
    now = [measure("green", "1 d", id="a"), measure("grey", id="b"), measure("red", "9 d", id="c")]
    before = {name: measure("yellow", "3 d", id=name) for name in "abc"}
    assert [one["id"] for one in changes(now, before)] == ["c", "b", "a"]


def initiative(**more):
    plain = {"id": "tests", "title": "Automate the tests", "owner": "qa@acme.example", "due_day": "2026-12-01"}
    return {**plain, "resources": "", "done": 0.4, "notes": "", "overdue": False, "measures": ["lead"], **more}


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({}, "40 % done, due 2026-12-01"),
        ({"done": None}, "due 2026-12-01"),
        ({"due_day": None, "done": 0.0}, "0 % done"),
        ({"due_day": None, "done": None}, "no date, and no progress known"),
    ],
)
def test_how_far_an_initiative_is(given, text):
    assert standing(initiative(**given)) == text


CAME_OF_IT = [
    ([initiative(done=1.0)], True, "It is done. Lead time: 3 d (yellow) then, 1 d (green) now."),
    ([], False, "It is no longer in the configuration. Lead time: 3 d (yellow) then, 1 d (green) now."),
    (
        [initiative(done=0.6, overdue=True)],
        False,
        "Overdue: 60 % done, due 2026-12-01. Lead time: 3 d (yellow) then, 1 d (green) now.",
    ),
    (
        [initiative(done=0.6, due_day="2027-03-01", notes="Search comes later.")],
        None,
        (
            "Under way: 60 % done, due 2027-03-01. It was due 2026-12-01. Search comes later. "
            "Lead time: 3 d (yellow) then, 1 d (green) now."
        ),
    ),
]


@pytest.mark.parametrize(("today", "is_kept", "text"), CAME_OF_IT)
def test_what_came_of_a_promise(today, is_kept, text):
    then = {"measures": [measure("yellow", "3 d")], "initiatives": [initiative(resources="two engineers")]}
    (found,) = promises(then, today, {"lead": measure("green", "1 d")})
    assert found["promised"] == "40 % done, due 2026-12-01, with two engineers"
    assert (found["is_kept"], found["came_of_it"]) == (is_kept, text)


def test_a_measure_that_is_gone_is_not_spoken_of():
    then = {"measures": [measure("yellow", "3 d")], "initiatives": [initiative()]}
    (found,) = promises(then, [initiative(done=1.0)], {})
    assert found["came_of_it"] == "It is done."
