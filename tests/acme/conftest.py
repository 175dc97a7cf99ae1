"""Acme at one fixed moment, whole and small."""

import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(CHECKOUT))

from examples.acme.company.moments import moment  # noqa: E402 - found by the line above
from examples.acme.company.story import company  # noqa: E402

NOW = moment("2026-11-25T09:00:00Z")


@pytest.fixture(scope="session")
def acme():
    """The whole company: forty services, two years."""
    return company(now=NOW)


@pytest.fixture(scope="session")
def small():
    """Eight services, one of each team, four months."""
    return company(now=NOW, services=8, months=4)
