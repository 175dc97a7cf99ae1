"""Statements that are asked while the caller does something else: each once, in their order, none for nothing."""

import threading
from collections import Counter

import pytest

from scorecard_exporter.errors import StoreError
from scorecard_exporter.measures.ahead import Ahead, workers
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.model import Period
from scorecard_exporter.measures.recipes import RECIPES


class Asked:
    """A store that answers with the statement and remembers it; some statements wait until they are let go."""

    def __init__(self, refused=()):
        self.statements, self.refused, self.go_on = [], refused, threading.Event()

    def query(self, sql):
        if sql.startswith("slow"):
            self.go_on.wait(10)
        self.statements.append(sql)
        if sql in self.refused:
            raise StoreError(f"no answer to {sql}")
        return f"answer to {sql}"


def test_what_was_begun_is_asked_once_and_what_was_not_at_once():
    store = Asked()
    with workers(teams=1_000) as threads:
        ahead = Ahead(store, threads)
        ahead.begin(["slow one", "two", "two"])
        assert ahead.query("three") == "answer to three"
        assert store.statements == ["three"], "it does not wait for those that were begun"
        store.go_on.set()
        assert [ahead.query(sql) for sql in ("two", "slow one")] == ["answer to two", "answer to slow one"]
    assert store.statements == ["three", "slow one", "two"]


def test_for_few_teams_two_statements_are_asked_at_once():
    store = Asked()
    with workers(teams=1) as threads:
        ahead = Ahead(store, threads)
        ahead.begin(["slow one", "two"])
        assert ahead.query("two") == "answer to two"
        store.go_on.set()
    assert store.statements == ["two", "slow one"]


def test_a_statement_that_fails_fails_where_it_is_asked_for():
    with workers(teams=1_000) as threads:
        ahead = Ahead(Asked(refused=["one"]), threads)
        ahead.begin(["one", "two"])
        assert ahead.query("two") == "answer to two"
        with pytest.raises(StoreError, match="no answer to one"):
            ahead.query("one")


def test_nothing_is_asked_any_more_when_nobody_waits():
    store = Asked()
    with workers(teams=1_000) as threads:
        Ahead(store, threads).begin(["slow one", "two", "three"])
        threading.Timer(0.05, store.go_on.set).start()
    assert store.statements in ([], ["slow one"])


@pytest.mark.parametrize("details", [True, False])
def test_an_evaluation_asks_every_statement_once_and_begins_none_for_nothing(world, monkeypatch, details):
    begun = []

    class Recording(Ahead):
        def begin(self, statements):
            every = list(statements)
            begun.extend(every)
            super().begin(every)

        def query(self, sql):
            asked.append(sql)
            return super().query(sql)

    asked = []
    monkeypatch.setattr("scorecard_exporter.measures.evaluate.Ahead", Recording)
    both = world.series(unit="count"), world.series("transactions", "count")
    definitions = [world.define(measure) for measure in RECIPES if not CATALOGUE[measure].keys] + [
        world.define("quotient", unit="eur", series=both),
        world.define("retention_rate", series=both),
        world.define("employee_net_promoter_score", unit="points", survey=world.survey()),
    ]
    world.observed("cost", "checkout", 7, world.at(1), world.at(2))
    world.observed("transactions", "checkout", 7, world.at(1), world.at(2))
    world.flush()
    world.store.statements.clear()
    periods = [Period(world.at(day), world.at(day + 20)) for day in range(5)]
    evaluate(world.store, definitions, world.scopes, list(world.scopes), periods, details=details)
    assert len(begun) > 12
    assert set(begun) <= set(asked)
    assert Counter(world.store.statements).most_common(1)[0][1] == 1
