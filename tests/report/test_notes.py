"""The notes of a meeting: what is a decision in them, and what is refused."""

import pytest

from scorecard_exporter.errors import NoReviewError
from scorecard_exporter.report.notes import LONGEST, read_notes

ROWS = [
    ("All is well.", (), "no heading, no decision"),
    ("# Decisions\n- Automate the tests\n* Wait\n+ Ask\n", ("Automate the tests", "Wait", "Ask"), "the signs of lists"),
    ("## decisions ##\n1. One\n2) Two", ("One", "Two"), "numbers, and a closed heading in small letters"),
    ("- Not this\n\n# Decisions\ntext\n- This\n\n# Next\n- Not that", ("This",), "only until the next heading"),
    ("# Decisions\n- One\n  - Within it\n\n- Two", ("One", "Within it", "Two"), "a list in a list, and a gap"),
    ("# Decisions for later\n- No", (), "another heading that begins like it"),
    ("#Decisions\n- No", (), "no heading without a space"),
]


@pytest.mark.parametrize(("text", "decisions", "why"), ROWS, ids=[row[-1] for row in ROWS])
def test_decisions_are_the_items_under_their_heading(text, decisions, why):
    assert read_notes(text) == (text.strip(), decisions), why


@pytest.mark.parametrize(
    ("text", "message"), [(" \n", "The notes are empty"), ("x" * (LONGEST + 1), "at most 100,000")]
)
def test_notes_that_say_nothing_or_too_much_are_refused(text, message):
    with pytest.raises(NoReviewError, match=message):
        read_notes(text)
