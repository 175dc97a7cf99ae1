"""Why there is no value: each code with what brings it about, its grey state, and the sentence that names the fix."""

import inspect
import re

import pytest

from scorecard_exporter.events.rules import DeploymentRule
from scorecard_exporter.measures import diagnose

DAY = 24 * 3600 * 1_000_000
NEVER = 9_223_372_036_854_775_807


def observation(world, statistic="newest", unit="eur", **changed):
    return world.define("observation", unit=unit, statistic=statistic, series=(world.series(unit=unit, **changed),))


def quotient(world):
    sides = (world.series(), world.series("transactions", "count"))
    return world.define("quotient", unit="eur", series=sides)


def no_service(world):
    return world.define("deployment_frequency"), "idle"


def no_deployments(world):
    world.organise(world.service("checkout", deployments=None), world.service("ledger", deployments=None))
    return world.define("deployment_frequency"), "payments"


def changes_and_deployments_apart(world):
    world.organise(world.service("checkout", changes=None), world.service("ledger", deployments=None))
    return world.define("lead_time_for_changes"), "payments"


def no_incidents(world):
    world.organise(world.service("checkout", incidents=()))
    return world.define("time_to_restore"), "payments"


def never_read(world):
    world.organise(world.service("checkout"), world.service("new"))
    world.deployed(world.at(1))
    return world.define("deployment_frequency"), "payments"


def history_too_short(world):
    world.covered("git:extra", since=world.at(3))
    world.organise(world.service("checkout"), world.service("extra"))
    world.deployed(world.at(5))
    return world.define("deployment_frequency"), "payments"


def everything_unread(world):
    world.covered("git:late", until=world.at(27))
    world.organise(world.service("late"))
    world.deployed(world.at(5), name="late")
    return world.define("deployment_frequency"), "payments"


def other_environments(world):
    for environment, number in (("staging", 3), ("live-prod", 2), ("qa", 4)):
        world.raw_deployment(environment, number)
    return world.define("deployment_frequency"), "payments"


def other_tags(world):
    rule = world.service("x").deployments.__class__(origin="git:checkout", by="tags", patterns=("v*",))
    world.organise(world.service("checkout", deployments=rule))
    world.raw_deployment("tag", 2)
    return world.define("lead_time_for_changes"), "payments"


def other_releases(world):
    rule = world.service("x").deployments.__class__(origin="git:checkout", by="releases", patterns=("v*",))
    world.organise(world.service("checkout", deployments=rule))
    world.raw_deployment("release", 2)
    return world.define("lead_time_for_changes"), "payments"


def one_deployment(world):
    world.deployed(world.at(1))
    return world.define("lead_time_for_changes"), "payments"


def deployments_without_changes(world):
    world.deployed(world.at(1))
    world.deployed(world.at(2))
    return world.define("lead_time_for_changes"), "payments"


def few_changes(world):
    for day in (1, 2, 3):
        world.shipped(world.at(day - 1), world.at(day))
    return world.define("lead_time_for_changes", min_samples=5), "payments"


def no_change_in_the_period(world):
    world.deployed(world.at(-9))
    world.deployed(world.at(-8))
    world.shipped(world.at(-9), world.at(-8))
    return world.define("lead_time_for_changes"), "payments"


def no_incident(world):
    world.incident(world.at(30))
    return world.define("time_to_restore"), "payments"


def open_incident(world):
    world.incident(world.at(3))
    return world.define("time_to_restore"), "payments"


def no_failure(world):
    world.deployed(world.at(3))
    return world.define("failed_deployment_recovery_time"), "payments"


def open_failures(world):
    world.failed(world.at(3))
    world.failed(world.at(4))
    return world.define("failed_deployment_recovery_time"), "payments"


def no_series(world):
    return observation(world), "payments"


def unread_series(world):
    return observation(world, origin="files:elsewhere"), "payments"


def stale_source(world):
    world.observed("cost", "checkout", 1, world.at(1))
    return world.define("observation", unit="eur", series=(world.series(),), freshness=-1), "payments"


def foreign_subject(world):
    world.observed("cost", "webshop", 1, world.at(1))
    return observation(world), "payments"


def outside_the_period(world):
    world.observed("cost", "checkout", 1, world.at(-1))
    return observation(world, "mean"), "payments"


def old_observation(world):
    world.observed("cost", "checkout", 1, world.at(10))
    return observation(world, freshness=7 * DAY), "payments"


def old_observation_outside_the_period(world):
    world.observed("cost", "checkout", 1, world.at(-10))
    return observation(world, "sum", freshness=7 * DAY), "payments"


def other_unit(world):
    world.observed("cost", "checkout", 1, world.at(1), unit="USD")
    return observation(world), "payments"


def shares_of_several(world):
    world.observed("cost", "checkout", "0.5", world.at(1))
    world.observed("cost", "ledger", "0.7", world.at(1))
    return observation(world, unit="ratio"), "payments"


def ages_of_several(world):
    world.observed("cost", "checkout", 5, world.at(1))
    world.observed("cost", "ledger", 7, world.at(1))
    return observation(world, unit="seconds"), "payments"


def different_times(world):
    world.observed("cost", "checkout", 1, world.at(0), world.at(15))
    world.observed("transactions", "checkout", 1, world.at(15), world.at(30))
    return quotient(world), "payments"


def no_transactions(world):
    world.observed("cost", "checkout", 1, world.at(0), world.at(30))
    world.observed("transactions", "checkout", 0, world.at(0), world.at(30))
    return quotient(world), "payments"


def one_side_only(world):
    world.observed("cost", "checkout", 1, world.at(0), world.at(30))
    return quotient(world), "payments"


def absent_operand(world):
    operands = (("speed", world.define("deployment_frequency")), ("restore", world.define("time_to_restore")))
    return world.define("arithmetic", expression="speed * restore", operands=operands), "payments"


def zero_divisor(world):
    operands = (("speed", world.define("deployment_frequency")),)
    return world.define("arithmetic", expression="1 / speed", operands=operands), "payments"


CASES = [
    (no_service, "missing", "no_service", "Team idle and the teams below it have no service", "teams.idle.services:"),
    (
        no_deployments,
        "missing",
        "deployments_not_mapped",
        "checkout has no deployments",
        "services.checkout.deployments:",
    ),
    (
        changes_and_deployments_apart,
        "missing",
        "changes_not_mapped",
        "checkout has no changes",
        "services.checkout.changes:",
    ),
    (no_incidents, "missing", "incidents_not_mapped", "checkout has no incidents", "services.checkout.incidents:"),
    (never_read, "missing", "not_read", "Never read so far: git:new (deployment)", "See that a source reads git:new"),
    (
        history_too_short,
        "missing",
        "history_begins",
        "git:extra (deployment) begins at 2026-03-04 00:00 UTC",
        "Read older history",
    ),
    (everything_unread, "stale", "stale", "Nothing was read for 3 d, since 2026-03-28 00:00 UTC; 1 d", "the last poll"),
    (
        other_environments,
        "missing",
        "no_matching_environment",
        "matching `prod*` in git:checkout; environments seen: `live-prod` (2), `qa` (4), `staging` (3)",
        "services.checkout.deployments: {from: git:checkout, environment: live-prod}",
    ),
    (other_tags, "missing", "no_matching_tag", "No tag matching `v*` in git:checkout", 'tags: "*"'),
    (other_releases, "missing", "no_matching_release", "No release matching `v*` in git:checkout", 'releases: "*"'),
    (
        one_deployment,
        "insufficient",
        "first_deployment_only",
        "Of checkout, ledger only a first deployment",
        "next deployment",
    ),
    (deployments_without_changes, "insufficient", "no_linked_change", "shipped a commit of git:checkout", "changes"),
    (few_changes, "insufficient", "too_few_samples", "3 of at least 5 samples between 2026-03-01", "min_samples"),
    (no_change_in_the_period, "insufficient", "too_few_samples", "0 of at least 1 samples", "longer window"),
    (
        no_incident,
        "not_applicable",
        "nothing_to_restore",
        "Nothing was restored in the period, and nothing is open",
        "",
    ),
    (open_incident, "insufficient", "still_open", "1 is still open", "Resolve"),
    (no_failure, "not_applicable", "nothing_to_restore", "Nothing was restored", ""),
    (open_failures, "insufficient", "still_open", "2 are still open", "Resolve"),
    (no_series, "missing", "series_not_seen", "No observation of series 'cost' was read so far", "series.cost.from"),
    (unread_series, "missing", "not_read", "files:elsewhere (observation)", "files:elsewhere"),
    (stale_source, "stale", "stale", "Nothing was read for", "the last poll"),
    (
        foreign_subject,
        "missing",
        "no_matching_subject",
        "subjects seen: 'webshop'",
        "series.cost.subjects: {webshop: payments}",
    ),
    (
        outside_the_period,
        "insufficient",
        "no_observation",
        "for team payments between 2026-03-01 00:00 UTC",
        "Deliver one",
    ),
    (
        old_observation,
        "stale",
        "stale_observation",
        "is 20 d old, of 2026-03-11 00:00 UTC; 7 d",
        "series.cost.freshness",
    ),
    (old_observation_outside_the_period, "stale", "stale_observation", "is 40 d old", "series.cost.freshness"),
    (other_unit, "missing", "wrong_unit", "are in USD, the configuration says eur", "series.cost.unit: usd"),
    (shares_of_several, "missing", "does_not_add", "checkout, ledger do not add up: they are in ratio", "quotient"),
    (ages_of_several, "missing", "does_not_add", "they are in seconds", "for team payments"),
    (different_times, "missing", "not_same_time", "'cost' and 'transactions' of team payments", "starts_at, ends_at"),
    (no_transactions, "not_applicable", "division_by_zero", "The sum of series 'transactions' is zero", ""),
    (one_side_only, "missing", "series_not_seen", "series 'transactions'", "series.transactions.from"),
    (absent_operand, "not_applicable", "operand_absent", "restore has no value: Nothing was restored", ""),
    (zero_divisor, "not_applicable", "division_by_zero", "A divisor in '1 / speed' is zero", ""),
]


@pytest.mark.parametrize(
    ("happened", "state", "code", "sentence", "fix"), CASES, ids=[case[0].__name__ for case in CASES]
)
def test_a_missing_value_says_why_and_what_to_do(world, happened, state, code, sentence, fix):
    definition, team = happened(world)
    found = world.reading(definition, team=team)
    assert found.value is None
    assert (found.absence.state, found.absence.code) == (state, code)
    assert sentence in found.absence.sentence
    assert fix in found.absence.fix


def test_every_code_has_a_case():
    written = set(
        re.findall(r'"(?:missing|stale|insufficient|not_applicable)",\s*"([a-z_]+)"', inspect.getsource(diagnose))
    )
    formatted = {f"{role}_not_mapped" for role in ("deployments", "changes", "incidents")}
    formatted |= {f"no_matching_{thing}" for thing in ("environment", "tag", "release")}
    assert {code for _, _, code, _, _ in CASES} == written | formatted | {"operand_absent"}


def test_a_service_that_others_were_never_read_for_hides_the_whole_teams_value(world):
    definition, _ = never_read(world)
    assert world.reading(definition, team="company").absence.code == "not_read"


def test_pull_requests_stand_for_commits_where_only_they_are_read(world):
    """A source that has no commits says when its merged pull requests were read; the linker goes by time then."""
    world.covered("prs:api", ("deployment", "change"))
    rule = DeploymentRule(origin="prs:api", by="environment", patterns=("prod*",))
    world.organise(world.service("api", changes="prs:api", deployments=rule, incidents=()))
    world.deployed(world.at(1), name="api")
    assert world.reading(world.define("change_failure_rate")).value == 0


def test_commits_of_a_branch_are_no_deployments_until_they_are_read(world):
    """Nothing stands for the commits that deployments are derived from."""
    world.covered("prs:api", ("change",))
    rule = DeploymentRule(origin="prs:api", by="first_parent")
    world.organise(world.service("api", changes="prs:api", deployments=rule, incidents=()))
    assert world.reading(world.define("deployment_frequency")).absence.code == "not_read"


def test_a_series_that_was_read_in_part_has_no_value(world):
    """A sum over what happens to be stored already looks right and is wrong."""
    world.observed("cost", "checkout", 5, world.at(1), origin="files:half")
    found = world.reading(observation(world, "sum", origin="files:half"))
    assert (found.value, found.absence.code) == (None, "not_read")


def test_some_services_unread_for_too_long_are_said_beside_the_value(world):
    world.covered("git:late", until=world.at(20))
    world.organise(world.service("checkout"), world.service("late"))
    world.deployed(world.at(5))
    found = world.reading(world.define("deployment_success_rate"))
    assert found.value == 1
    assert (found.parts["services_current"].value, found.parts["services"].value) == (1, 2)


@pytest.mark.parametrize(
    ("until", "code"),
    [pytest.param(29, None, id="a day old is fresh enough"), pytest.param(28.999, "stale", id="older is not")],
)
def test_the_freshness_is_still_fresh(world, until, code):
    world.covered("git:late", until=world.at(until))
    world.organise(world.service("late"))
    absence = world.reading(world.define("deployment_frequency")).absence
    assert (absence and absence.code) == code


def test_history_from_the_periods_very_start_covers_it(world):
    world.covered("git:new", since=world.at(0))
    world.organise(world.service("new"))
    assert world.reading(world.define("deployment_frequency")).value == 0


@pytest.mark.parametrize(
    "happened",
    [
        pytest.param(lambda world: world.raw_deployment("production", 1), id="a matching one that did not finish"),
        pytest.param(
            lambda world: (world.raw_deployment("staging", 1), world.deployed(world.at(-50))),
            id="a matching one long ago",
        ),
        pytest.param(
            lambda world: (world.raw_deployment("staging", 1), world.deployed(world.at(31), name="ledger")),
            id="one of another service of the team",
        ),
    ],
)
def test_no_deployment_is_a_true_zero_where_the_mapping_is_known_to_work(world, happened):
    happened(world)
    assert world.reading(world.define("deployment_frequency")).value == 0


def test_what_is_open_is_said_without_a_value_too_and_percentiles_are_not(world):
    world.incident(world.at(3), world.at(4))
    world.incident(world.at(10))
    found = world.reading(world.define("time_to_restore", min_samples=2))
    assert found.absence.code == "too_few_samples"
    assert {name: part.value for name, part in found.parts.items()} == {"open": 1, "open_oldest": 20 * 86_400}


def test_a_true_zero_needs_the_samples_that_are_asked_for(world):
    assert world.reading(world.define("deployment_frequency", min_samples=1)).absence.code == "too_few_samples"
