"""The company of two years, with reviews and initiatives, in a store of its own for each module."""

from datetime import UTC, datetime

import pytest

import two_years
from scorecard_exporter.config import load
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, recorded
from scorecard_exporter.store import open_store

INITIATIVES = """
initiatives:
  automation:
    title: Automate the release tests
    for: [engineering/lead_time_for_changes]
    owner: qa@example.org
    due: 2025-11-01
    resources: two engineers
    done: 60%
    notes: Checkout runs by itself.
  calm: {for: [engineering/safer], owner: sre@example.org, due: 2026-03-01}
"""
LATER = instant(datetime(2026, 1, 8, 9, tzinfo=UTC))
"""Some days after the fourth quarter of 2025, when it is reviewed."""
NOTES = "We met for an hour.\n\n## Decisions\n- Two engineers automate the release tests\n- The goal for costs stays\n"
THIRD = ReviewQuestion("engineering", "payments", "2025-Q3")
FOURTH = ReviewQuestion("engineering", "payments", "2025-Q4")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The configuration; its store is filled."""
    folder = tmp_path_factory.mktemp("company")
    two_years.found(folder)
    path = folder / "scorecard.yaml"
    written = two_years.CONFIGURATION.replace("    title: ", "    review: quarterly\n    title: ", 1)
    path.write_text(written + INITIATIVES)
    return load(path)


@pytest.fixture(scope="module")
def store(company):
    store = open_store(company.store)
    store.dimensions(company.dimensions)
    yield store
    store.close()


@pytest.fixture(scope="module")
def reviewed(company, store):
    """The third quarter's review, recorded in October."""
    meeting = Meeting("cto@example.org", NOTES)
    return recorded(company, store, THIRD, meeting, instant(datetime(2025, 10, 6, 9, tzinfo=UTC)))
