"""What messages say that they revert, in the words that git and the hosts write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.events.reverts import MOST, reverts

A, B, C = "a" * 40, "b" * 40, "0123456789abcdef0123456789abcdef01234567"

FORMS = [
    (f'Revert "Speed up"\n\nThis reverts commit {A}.\n', (A,), "git revert"),
    (f'Reapply "Speed up"\n\nThis reverts commit {A}.\n', (A,), "git revert of a revert"),
    (
        f"This reverts commit {A}, reversing\nchanges made to {B}.",
        (A,),
        "git revert of a merge: the other sha is no target",
    ),
    ("This reverts commit 8d4bac1 (Speed up, 2024-05-01).", ("8d4bac1",), "git revert --reference"),
    (f"This reverts commits {A},\n{B} and\n{C}.", (A, B, C), "several, written by hand"),
    (
        "This reverts commits 617ceee (No staging\nof files) and 2fe5b2e (Restore).",
        ("617ceee", "2fe5b2e"),
        "with subjects",
    ),
    (f"This reverts commit {A}.\n\nThis reverts commit {B}.", (A, B), "several reverts squashed into one"),
    (f"This reverts commit {A}.\n\n(cherry picked from commit {B})", (A,), "where it was picked from is no target"),
    ("Reverts acme/api#12", ("acme/api#12",), "GitHub's description"),
    ("Reverts #12", ("#12",), "the short form"),
    ("Reverts #12, #13 and #14", ("#12", "#13", "#14"), "several numbers"),
    ("This reverts merge request !12", ("!12",), "GitLab"),
    ("This reverts merge request group/sub/api!12", ("group/sub/api!12",), "GitLab, from another project"),
    ("This reverts pull request #12.", ("#12",), "written by hand"),
    ("THIS REVERTS COMMIT " + C.upper(), (C,), "case does not count, and a sha is lower-case"),
    (f"This reverts commit {A}.\nThis reverts commit {A}.", (A,), "each once"),
    (f"  This reverts commit {A}.", (A,), "indented"),
    ("Revert the thermostat", (), "a subject alone names nothing"),
    (f"See what this reverts commit {A} for", (), "a sentence about a revert is none"),
    (f"> This reverts commit {A}.", (), "nor is a quotation"),
    ("This reverts commit abc123.", (), "six digits are no sha"),
    ("This reverts commit of last week", (), "nor are words"),
    ("This partially reverts commit " + A, (), "a part of it is not all of it"),
    ("Fixes #12", (), "another word"),
    ("", (), "nothing"),
]

HOSTILE = [
    ("Reverts " + "a/" * 500_000, ()),
    ("\nReverts " * 200_000, ()),
    ("This reverts commit abcdef1 (" + "(" * 1_000_000, ("abcdef1",)),
    (("\n" + " " * 8) * 200_000, ()),
    ("This reverts commits " + "abcdef1 , " * 200_000, ("abcdef1",)),
    ("This reverts commit " + "a" * 1_000_000, ()),
]


@pytest.mark.parametrize(("body", "expected", "why"), FORMS)
def test_the_forms_that_are_written(body, expected, why):
    assert reverts(body) == expected, why


@pytest.mark.parametrize(("body", "expected"), HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_message_is_read_like_any_other(body, expected):
    """A megabyte made to send a careless expression backwards and forwards for hours."""
    assert reverts(body) == expected


def test_not_more_is_taken_than_a_bound():
    body = "Reverts " + ", ".join(f"#{number}" for number in range(10_000))
    assert reverts(body) == tuple(f"#{number}" for number in range(MOST))


@given(st.text())
def test_any_text_is_read(body):
    assert len(reverts(body)) <= MOST
