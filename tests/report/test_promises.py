"""What was promised in the last review, and what came of it."""

import pytest

from scorecard_exporter.report.promises import promises, standing

PROMISED = {
    "id": "tests",
    "title": "Tests",
    "owner": "qa@example.org",
    "resources": "",
    "notes": "",
    "measures": ["speed"],
}


def initiative(done, due="2026-10-01", **more):
    return {**PROMISED, "done": done, "due_day": due, "overdue": False, **more}


def came_of(then, now):
    (found,) = promises({"initiatives": [then], "measures": []}, [now] if now else [], {})
    return found["came_of_it"], found["is_kept"]


CAME_OF = [
    (initiative(1.0), "It is done.", True, "kept"),
    (initiative(0.5), "Under way: 50 % done, due 2026-10-01.", None, "on its way"),
    (initiative(0.5, overdue=True), "Overdue: 50 % done, due 2026-10-01.", False, "late"),
    (initiative(0.5, due="2026-12-01"), "Under way: 50 % done, due 2026-12-01. It was due 2026-10-01.", None, "moved"),
    (None, "It is no longer in the configuration.", False, "forgotten"),
]


@pytest.mark.parametrize(("now", "text", "is_kept", "why"), CAME_OF, ids=[row[3] for row in CAME_OF])
def test_what_came_of_it(now, text, is_kept, why):
    assert came_of(initiative(0.2), now) == (text, is_kept), why


def test_what_was_done_already_was_not_promised():
    assert promises({"initiatives": [initiative(1.0)], "measures": []}, [initiative(1.0)], {}) == []


def test_what_is_done_has_no_date_any_more():
    assert [standing(initiative(done)) for done in (1.0, 0.4, None)] == [
        "done",
        "40 % done, due 2026-10-01",
        "due 2026-10-01",
    ]
