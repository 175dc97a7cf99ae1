"""What holds for any history: against ancestors worked out as plain sets, and under any order of the records."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.events.facts import CommitRow, DeploymentRow
from scorecard_exporter.events.graph import Graph
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.events.rules import DeploymentRule


@st.composite
def graphs(draw):
    """Commits `c0`, `c1`, …, each with up to three earlier parents, some of them not stored."""
    rows = []
    for number in range(draw(st.integers(1, 12))):
        parents = draw(st.lists(st.integers(-1, number - 1), max_size=3, unique=True))
        shas = tuple(f"c{parent}" if parent >= 0 else "missing" for parent in parents)
        reverts = draw(st.lists(st.sampled_from(["c0", "c1", "c5", "#1", "unknown"]), max_size=2))
        rows.append(commit(f"c{number}", shas, draw(st.integers(0, 6)), tuple(reverts)))
    return rows


def commit(sha, parents, at, reverts=()):
    return CommitRow(sha, parents, at, at, "", 0, "", reverts, "", "")


@st.composite
def deployment_lists(draw):
    """Deployments with many ties, to two environments, some failed, some of a commit that is not stored."""
    return [
        DeploymentRow(
            key=f"d{number}",
            environment=draw(st.sampled_from(["prod-eu", "prod-us"])),
            sha=f"c{draw(st.integers(0, 13))}",
            version="",
            status=draw(st.sampled_from(["success", "success", "success", "failure"])),
            started_at=None,
            finished_at=draw(st.integers(0, 8)),
            replaces="",
            url="",
        )
        for number in range(draw(st.integers(0, 8)))
    ]


def ancestors(rows):
    """Each sha with all that is reachable from it, itself included."""
    parents = {row.sha: row.parents for row in rows}
    reached = {sha: {sha} for sha in parents}
    for _ in parents:
        for sha, above in parents.items():
            reached[sha] |= {one for parent in above for one in reached.get(parent, ())}
    return reached


def in_order(deployments):
    successes = [row for row in deployments if row.status == "success"]
    return sorted(successes, key=lambda row: (row.finished_at, row.key))


@given(graphs(), deployment_lists())
def test_a_stored_commit_is_shipped_exactly_by_the_first_deployment_with_it_or_not_exactly(history, rows, deployments):
    reached = ancestors(rows)
    stored = [row for row in in_order(deployments) if row.sha in reached]
    facts = history.link(rows, deployments, tips=())
    assert len({fact.key for fact in facts.changes}) == len(facts.changes), "at most once"
    for fact in facts.changes:
        containing = [row.key for row in stored if fact.key in reached[row.sha]]
        assert fact.deployment == containing[0] if containing else fact.is_approximate or fact.shipped_at == NEVER


@given(graphs(), deployment_lists())
def test_what_the_first_known_deployment_contains_is_no_fact_and_the_rest_is(history, rows, deployments):
    reached = ancestors(rows)
    first = next(iter(in_order(deployments)), None)
    facts = history.link(rows, deployments, tips=())
    if first is None:
        expected = set()
    elif first.sha in reached:
        expected = set(reached) - reached[first.sha]
    else:
        before = {row.sha for row in rows if row.committed_at <= first.finished_at}
        expected = set(reached) - {one for sha in before for one in reached[sha]}
    assert {fact.key for fact in facts.changes} == {
        row.sha for row in rows if row.sha in expected and len(row.parents) < 2
    }


@given(graphs(), deployment_lists())
def test_a_rollback_goes_to_a_proper_ancestor_and_a_repeat_to_the_same_commit(history, rows, deployments):
    reached = ancestors(rows)
    facts = {fact.key: fact for fact in history.link(rows, deployments).deployments}
    running = {}
    for row in in_order(deployments):
        before = running.get(row.environment)
        running[row.environment] = row.sha
        assert facts[row.key].is_repeat == (row.sha == before)
        if row.sha in reached and before in reached:
            assert facts[row.key].is_rollback == (row.sha != before and row.sha in reached[before])


@given(
    graphs(), deployment_lists(), st.randoms(use_true_random=False), st.sampled_from(["environment", "first_parent"])
)
def test_the_order_of_the_records_does_not_matter(history, rows, deployments, random, by):
    rule = dataclasses.replace(
        history.RULE, deployments=DeploymentRule(origin=history.RULE.changes, by=by, patterns=("prod*",))
    )
    pulls = list(history.pulls("#1=c3@4 #2=c7~#1@6 #3=gone@5 #4=c3@2"))
    incidents = list(history.incidents("i@1-2 j@1- k@0-5"))
    tips = (rows[-1].sha, rows[0].sha)
    expected = history.link(rows, deployments, pulls, incidents, tips=tips, rule=rule)
    for records in (rows, deployments, pulls, incidents):
        random.shuffle(records)
    assert history.link(rows, deployments, pulls, incidents, tips=tips[::-1], rule=rule) == expected


@given(graphs())
def test_an_ancestor_is_told_as_by_plain_sets(rows):
    graph, reached = Graph(rows), ancestors(rows)
    for node, row in enumerate(graph.commits):
        for other, ancestor in enumerate(graph.commits):
            assert graph.is_ancestor(other, node) == (ancestor.sha in reached[row.sha] and other != node)


@given(st.lists(st.lists(st.integers(0, 5), max_size=3), min_size=6, max_size=6), deployment_lists())
@pytest.mark.parametrize("by", ["environment", "first_parent", "merges"])
def test_loops_of_parents_do_no_harm(history, by, parents, deployments):
    """Only a forged record can hold one; whatever comes out, each change comes out once."""
    rows = [commit(f"c{node}", tuple(f"c{parent}" for parent in row), node) for node, row in enumerate(parents)]
    rule = dataclasses.replace(
        history.RULE, deployments=DeploymentRule(origin=history.RULE.changes, by=by, patterns=("prod*",))
    )
    facts = history.link(rows, deployments, "#1=c3@4", tips=("c5",), rule=rule)
    assert len({fact.key for fact in facts.changes}) == len(facts.changes)
