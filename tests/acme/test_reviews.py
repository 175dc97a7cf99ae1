"""The reviews of two quarters that stand in the documents, and what `check` says of Acme's scorecard."""

import json
import re
from datetime import UTC, datetime

import pytest
from examples.acme.reviews import FIRST, HELD, SECOND, documents, stored

from scorecard_exporter.config import advise, load
from scorecard_exporter.config.lint.advice import heeded
from scorecard_exporter.evaluation import advice_on_numbers, take
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.quantities import instant

CUSTOM = {"observation", "quotient", "arithmetic"}
"""Numbers of one's own making."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("acme")


@pytest.fixture(scope="module")
def store(acme, folder):
    """All that happened at Acme, read from files."""
    with stored(acme, folder) as store:
        yield store


@pytest.fixture(scope="module")
def now(acme, folder, store):
    """The configuration, and the snapshot of the moment that Acme is shown at."""
    loaded = load(folder / "scorecard.yaml", {})
    return loaded, take(loaded, store, instant(datetime.fromtimestamp(acme.now, UTC)))


@pytest.fixture(scope="module")
def reviews(folder, store, now):  # noqa: ARG001  loaded before: a meeting's initiatives take the place of today's
    """The documents by their names."""
    return dict(documents(store, folder))


def test_every_measure_is_alive(now):
    """Each that docs/definitions.md defines has a value, in one of the four perspectives."""
    _, taken = now
    alive = {
        status.reading.definition.measure
        for card in taken.scorecards
        for _, _, status in card.measures()
        if status.reading.value is not None
    }
    assert CATALOGUE.keys() - CUSTOM - alive == set()
    (whole,) = [card for card in taken.scorecards if card.team == "engineering"]
    assert len(whole.perspectives) == 4
    assert all(side.score is not None for side in whole.perspectives)


def test_nothing_is_left_to_advise(now, store):
    """What is not followed is silenced with a reason, and every silence is of use."""
    loaded, taken = now
    advice = [*advise(loaded, taken.at), *advice_on_numbers(loaded, store, taken)]
    wanted, silenced = heeded(advice, loaded.silenced)
    assert wanted == ()
    assert all(one.number for one in silenced)


def test_every_red_has_an_initiative(now):
    _, taken = now
    statuses = [status for card in taken.scorecards for _, _, status in card.measures()]
    assert [(one.team, one.measure.id) for one in statuses if one.is_left_alone] == []
    assert any(one.status == "red" for one in statuses)


def test_the_second_review_starts_from_the_first(reviews):
    first, second = reviews[f"review-{FIRST}.html"], reviews[f"review-{SECOND}.md"]
    assert "What was decided" in first
    assert "No earlier review is recorded." in first
    decided = re.findall(r"^- (.+)$", second.partition("Decided then:")[2].partition("##")[0], re.MULTILINE)
    assert len(decided) == 3
    assert all(decision in first for decision in decided)
    assert "2nd quarter of 2026, as it was recorded" in second
    promised = second.partition("## What was promised")[2].partition("Decided then:")[0]
    assert [word in promised for word in ("It is done.", "Overdue: ", "Under way: ")] == [True] * 3


def test_the_documents_are_current(checkout, reviews):
    """`python -m examples.acme.reviews docs/examples` writes them anew."""
    for name, text in reviews.items():
        assert (checkout / "docs/examples" / name).read_text("utf-8") == text, name


def test_the_first_review_is_kept(store, reviews):  # noqa: ARG001  they record it
    (kept,) = store.reviews("engineering")
    assert (kept.period, kept.recorded_at) == (FIRST, instant(HELD[FIRST]))
    assert json.loads(kept.document)["period"]["id"] == FIRST
