"""Which deployments failed, by what, from when to when; the window is a day."""

import dataclasses

import pytest

from scorecard_exporter.events.facts import DeploymentRow

INCIDENTS = [
    ("i@12-14", ["b@10 incident 12>14"], "an incident"),
    ("i@12-", ["b@10 incident 12>"], "that is still open"),
    ("i@34-40", ["b@10 incident 34>40"], "at the very end of the window"),
    ("i@35-40", [], "and after it"),
    ("i@12-14 j@13-20", ["b@10 incident 12>20"], "two are one failure, over with the last"),
    ("i@12-14 j@13-", ["b@10 incident 12>"], "while one is open, so is the failure"),
]

ROLLBACKS = [
    ("a@1 b@10 a@12", ["b@10 rollback 12>12"], "a rollback fails what it replaced"),
    ("a@1 b@10 a@11-12", ["b@10 rollback 11>12"], "from its start to its finish"),
    ("a@1 b@10 a@34-40", ["b@10 rollback 34>40"], "begun within the window"),
    ("a@1 b@10 a@35-40", [], "and not after it"),
    ("a@1 b@10 a@12!", [], "a failed rollback rolls nothing back"),
    ("a@1 b@10 b@11 a@12", ["b@11 rollback 12>12"], "the repeat was running"),
    (
        "prod-eu:a@1 prod-us:a@1 prod-eu:b@9 prod-us:b@10 prod-us:a@12",
        ["prod-us:b@10 rollback 12>12"],
        "in its environment",
    ),
    ("a@1 b@10 c@11 b@12 a@13", ["c@11 rollback 12>12", "b@12 rollback 13>13"], "each step back"),
]

REVERTS = [
    ("a b<a r<b~b@12", "a@1 b@10 r@14", ["b@10 revert 12>14"], "a revert, from its first commit to its deployment"),
    ("a b<a r<b~b@12", "a@1 b@10", ["b@10 revert 12>"], "not deployed yet"),
    ("a b<a r<b~b@34", "a@1 b@10 r@40", ["b@10 revert 34>40"], "begun within the window"),
    ("a b<a r<b~b@35", "a@1 b@10 r@40", [], "and not after it"),
    (
        "a b<a r<b~b@12/9",
        "a@1 b@10 r@14",
        ["b@10 revert 9>14"],
        "written before the deployment was through: it shipped all the same",
    ),
    ("a b<a r<b~b@3", "a@1 r@10", [], "shipped together: production never saw it"),
    ("a b<a r<b~a@3", "b@4 r@10", [], "what the first known deployment contains was not shipped by it"),
    ("a b<a r<b~zzzzzzz@12", "a@1 b@10 r@14", [], "an unknown commit"),
    ("a b<a r<b~b@12 s<r~r@13", "a@1 b@10 r@14 s@16", ["b@10 revert 12>14"], "a revert of a revert fails nothing"),
    (
        "a b<a r<b~b@12 s<r~r@13 t<s~s@17",
        "a@1 b@10 r@14 s@16 t@18",
        ["b@10 revert 12>14", "s@16 revert 17>18"],
        "but a revert of that one is a revert again",
    ),
    ("a r<a~b@1 b<r@9", "a@0 r@5 b@10", [], "only what is earlier can be reverted"),
    ("a b<a c<b r<c~b,c@12", "a@1 b@5 c@10 r@14", ["b@5 revert 12>14", "c@10 revert 12>14"], "two at once"),
    (
        "a p<a m<a+p r<m~m@12 n<m+r@13",
        "a@1 m@10 n@14",
        ["m@10 revert 12>14"],
        "a merge that is no pull request's stands for what it brought",
    ),
    (
        "a p<a m<a+p r<m~m@12 n<m+r@13 s<n~n@15 o<n+s@16",
        "a@1 m@10 n@14 o@17",
        ["m@10 revert 12>14"],
        "and if it brought reverts only, it is one",
    ),
]

PULLS = [
    ("a p<a m<a+p r<m n<m+r", "#1=m@9 #2=n~#1@13/12", "a@1 m@10 n@14", ["m@10 revert 12>14"], "by number"),
    ("a p<a m<a+p r<m n<m+r", "#1=m@9 #2=n~!1@13/12", "a@1 m@10 n@14", ["m@10 revert 12>14"], "as GitLab writes it"),
    (
        "a p<a m<a+p r<m n<m+r",
        "#1=m@9 #2=n~Acme/API#1@13/12",
        "a@1 m@10 n@14",
        ["m@10 revert 12>14"],
        "of this repository",
    ),
    ("a p<a m<a+p r<m n<m+r", "#1=m@9 #2=n~acme/web#1@13/12", "a@1 m@10 n@14", [], "of another repository"),
    ("a p<a m<a+p r<m~m n<m+r", "#1=m@9 #2=n@13/12", "a@1 m@10 n@14", ["m@10 revert 12>14"], "by what its commit says"),
    (
        "a p<a m<a+p r<m~p n<m+r",
        "#1=m@9 #2=n@13/12",
        "a@1 m@10 n@14",
        ["m@10 revert 12>14"],
        "naming a commit of the other",
    ),
    ("", "#1=@9 #2=~#1@13/12", "x@1 y@10 z@14", ["y@10 revert 12>14"], "by approximate links, without a graph"),
    ("a p<a q<p~p m<a+q", "#1=m@9", "a@1 m@10", [], "a revert inside its own pull request"),
]

HOTFIXES = [
    ("a b<a c<b@12:hotfix", "a@1 b@10 c@14", ["b@10 hotfix 12>14"], "the latest success before it"),
    ("a b<a c<b@12:hotfix", "a@1 b@10", ["b@10 hotfix 12>"], "waiting to be deployed"),
    ("a b<a c<b@34:hotfix", "a@1 b@10 c@40", ["b@10 hotfix 34>40"], "begun within the window"),
    ("a b<a c<b@35:hotfix", "a@1 b@10 c@40", [], "and not after it"),
    ("a b<a c<b@10:hotfix", "a@1 b@10 c@14", ["a@1 hotfix 10>14"], "strictly before"),
    ("a b<a c<b@12:fix", "a@1 b@10 c@14", [], "only by a pattern"),
]

FIRST = [
    (
        "a b<a r<b~b@12",
        "a@1 b@10 a@15 r@20",
        "i@14-30",
        ["b@10 revert 12>30"],
        "the first in time; the incident says when it is over",
    ),
    ("a b<a r<b~b@12", "a@1 b@10 a@13 r@20", "", ["b@10 revert 12>13"], "without one, the first that put it right"),
    (
        "a b<a r<b~b@12",
        "a@1 b@10 a@12 r@20",
        "i@12-30",
        ["b@10 incident 12>30"],
        "at one moment: an incident before the rest",
    ),
]


@pytest.mark.parametrize(("incidents", "expected", "why"), INCIDENTS)
def test_a_deployment_fails_by_an_incident(history, incidents, expected, why):
    assert history.failed(history.link("a b<a", "a@1 b@10", incidents=incidents)) == expected, why


@pytest.mark.parametrize(("deployments", "expected", "why"), ROLLBACKS)
def test_a_deployment_fails_by_a_rollback(history, deployments, expected, why):
    assert history.failed(history.link("a b<a c<b", deployments)) == expected, why


@pytest.mark.parametrize(("commits", "deployments", "expected", "why"), REVERTS)
def test_a_deployment_fails_by_a_revert_of_what_it_shipped(history, commits, deployments, expected, why):
    assert history.failed(history.link(commits, deployments)) == expected, why


@pytest.mark.parametrize(("commits", "pulls", "deployments", "expected", "why"), PULLS)
def test_a_pull_request_reverts_what_its_messages_name(history, *, commits, pulls, deployments, expected, why):
    assert history.failed(history.link(commits, deployments, pulls)) == expected, why


@pytest.mark.parametrize(("commits", "deployments", "expected", "why"), HOTFIXES)
def test_a_deployment_fails_by_a_hotfix(history, commits, deployments, expected, why):
    assert history.failed(history.link(commits, deployments)) == expected, why


@pytest.mark.parametrize(("commits", "deployments", "incidents", "expected", "why"), FIRST)
def test_a_failure_begins_with_its_first_sign(history, *, commits, deployments, incidents, expected, why):
    assert history.failed(history.link(commits, deployments, incidents=incidents)) == expected, why


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "hotfix: stop the bleeding"), ("branch", "hotfix/stop"), ("labels", ("eu", "Hotfix"))],
)
def test_a_hotfix_is_told_by_title_branch_or_label(history, field, value):
    (pull,) = history.pulls("#1=b@3")
    (fact,) = history.link("a b<a", "a@1 b@10", [pull._replace(**{field: value})]).changes
    assert fact.is_hotfix == 1


def test_an_explicit_link_after_the_window_is_a_link_and_no_failure(history):
    (incident,) = history.incidents("i@40-41")
    facts = history.link("a b<a", "a@1 b@10", incidents=[incident._replace(deployment="b@10")])
    assert facts.incidents[0].deployment == "b@10"
    assert history.failed(facts) == []


def test_a_deployment_is_never_recovered_before_it_is_finished(history):
    """It broke something while it was rolled out, and that was mended before it was through: no negative duration."""
    (incident,) = history.incidents("i@8-9")
    facts = history.link("a b<a", "a@1 b@10", incidents=[incident._replace(deployment="b@10")])
    assert history.failed(facts) == ["b@10 incident 8>10"]


def test_a_deployment_that_never_reached_production_is_no_failed_one(history):
    (incident,) = history.incidents("i@12-13")
    facts = history.link("a b<a", "a@1 b@10!", incidents=[incident._replace(deployment="b@10!")])
    assert facts.incidents[0].deployment == "b@10!"
    assert history.failed(facts) == []


RULES = [
    ({}, "r<b~b:any", 1, "its message names an earlier change"),
    ({}, "r<b~zzzzzzz:Revert", 1, "an unknown one, but the title says the same"),
    ({}, "r<b~zzzzzzz:Feature", 0, "an unknown one: a squashed branch reverts within itself"),
    ({}, "r<b:Revert", 0, "a title alone is no evidence"),
    ({"reverts": ("revert*",)}, "r<b:Revert", 1, "unless a pattern says so"),
]


@pytest.mark.parametrize(("patterns", "commit", "expected", "why"), RULES)
def test_what_makes_a_change_a_revert(history, patterns, commit, expected, why):
    facts = history.link(f"a b<a {commit}", "a@1 b@5", rule=dataclasses.replace(history.RULE, **patterns))
    assert {fact.key: fact.is_revert for fact in facts.changes} == {"b": 0, "r": expected}, why


def test_a_pattern_does_not_overrule_a_message_that_names_a_revert(history):
    """GitHub titles a change that brings something back `Revert "Revert …"`."""
    rule = dataclasses.replace(history.RULE, reverts=("revert*",))
    facts = history.link("a b<a r<b~b:Revert s<r~r:Revert", "a@0 s@9", rule=rule)
    assert {fact.key: fact.is_revert for fact in facts.changes} == {"b": 0, "r": 1, "s": 0}


REWORK = [
    ("a b<a r<b~b", "a@1 b@2 r@3", ["r@3"], "only a revert"),
    ("a b<a h<b:hotfix", "a@1 b@2 h@3", ["h@3"], "only a hotfix"),
    ("a b<a r<b~b h<r:hotfix", "a@1 b@2 h@3", ["h@3"], "only these"),
    ("a b<a r<b~b c<r", "a@1 b@2 c@3", [], "something new beside them"),
    ("a b<a", "a@1 b@2 a@3", ["a@3"], "a rollback"),
    ("a b<a", "a@1 b@2 b@3", [], "a repeat ships nothing"),
    ("a r<a~a", "r@3", [], "nor does the first known deployment"),
]


@pytest.mark.parametrize(("commits", "deployments", "expected", "why"), REWORK)
def test_a_rework_is_a_rollback_or_ships_only_fixes(history, commits, deployments, expected, why):
    facts = history.link(commits, deployments)
    assert [fact.key for fact in facts.deployments if fact.is_rework] == expected, why


def test_a_deployment_counts_what_it_shipped(history):
    facts = history.link("a b<a c<b d<c", "a@1 c@5 c@6 b@7", "#1=c@3")
    assert [(fact.key, fact.changes) for fact in facts.deployments] == [("a@1", 0), ("c@5", 2), ("c@6", 0), ("b@7", 0)]


def test_a_deployment_keeps_what_the_source_said(history):
    row = DeploymentRow("7", "Prod", "B", "v2", "failure", 1, 2, "", "https://ci.example/7")
    (fact,) = history.link("b", [row]).deployments
    assert (fact.key, fact.environment, fact.sha, fact.version, fact.status) == ("7", "Prod", "B", "v2", "failure")
    assert (fact.started_at, fact.finished_at, fact.url) == (1, 2, "https://ci.example/7")
    assert (fact.service, fact.origin) == ("api", "github:acme/api")
    assert (fact.failed, fact.failed_by, fact.failed_at, fact.recovered_at) == (0, "", None, None)
