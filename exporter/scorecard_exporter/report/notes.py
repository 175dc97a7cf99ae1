"""The notes of a review meeting: Markdown that people write, and the decisions in it. Pure."""

from __future__ import annotations

import re

from scorecard_exporter.errors import NoReviewError

LONGEST = 100_000
"""Characters: what is longer is no protocol of a meeting."""
_HEADING = re.compile(r"#{1,6}\s+(?P<title>.*?)\s*#*\s*")
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s+(?P<text>.*\S)\s*")


def read_notes(text: str) -> tuple[str, tuple[str, ...]]:
    """The notes as they are, and their decisions: the items of lists under a heading "Decisions", one line each.

    Raises:
        NoReviewError: they are empty, or too long.
    """
    notes = text.strip()
    if not notes:
        raise NoReviewError(
            "The notes are empty: write what was said and, under a heading '# Decisions', what was decided"
        )
    if len(notes) > LONGEST:
        raise NoReviewError(f"The notes have {len(notes):,} characters, and a review keeps at most {LONGEST:,}")
    decisions, decides = [], False
    for line in notes.splitlines():
        if heading := _HEADING.fullmatch(line):
            decides = heading["title"].casefold() == "decisions"
        elif decides and (item := _ITEM.fullmatch(line)):
            decisions.append(item["text"])
    return notes, tuple(decisions)
