"""Why there is no value: each code with what brings it about, its grey state, and the sentence that names the fix."""

import inspect
import re

import pytest

from scorecard_exporter.events.rules import BugRule, BuildRule, DeploymentRule
from scorecard_exporter.measures import diagnose, diagnose_series, diagnose_surveys

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
    world.covered("files:forgotten", ("observation",), until=world.at(28))
    world.observed("cost", "checkout", 1, world.at(1), origin="files:forgotten")
    return observation(world, origin="files:forgotten"), "payments"


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


def unmapped(role, measure, **changed):
    """A case in which no service says where something comes from."""

    def happened(world):
        world.organise(world.service("checkout", **changed))
        return world.define(measure), "payments"

    happened.__name__ = f"no_{role}"
    return happened


def builds_of_other_branches(world):
    for branch, number in (("feature/x", 1), ("develop", 2)):
        for _ in range(number):
            world.built(world.at(1), branch=branch)
    world.facts["service_build_branches"].clear()
    return world.define("build_success_rate"), "payments"


def builds_of_other_patterns(world):
    world.organise(world.service("checkout", builds=(BuildRule(origin="ci:shared", branches=("main", "release/*")),)))
    return builds_of_other_branches(world)


def nothing_built(world):
    return world.define("build_success_rate"), "payments"


def no_open_request(world):
    world.requested(world.at(1), merged_at=world.at(2))
    return world.define("pull_request_age"), "payments"


def no_release(world):
    world.bug(world.at(1), is_customers=1)
    return world.define("customer_reported_bugs"), "payments"


def unknown_lines(world):
    world.observed("coverage", "checkout", "0.5", world.at(1))
    world.observed("lines", "ledger", 100, world.at(1))
    sides = (world.series("coverage", "ratio"), world.series("lines", "count"))
    return world.define("test_coverage", series=sides), "payments"


def completed_without_assigned(world):
    world.observed("cost", "checkout", 5, world.at(1))
    world.observed("transactions", "ledger", 9, world.at(1))
    sides = (world.series("cost", "count"), world.series("transactions", "count"))
    return world.define("training_completion_rate", series=sides), "payments"


def revenue_without_release(world):
    world.observed("cost", "checkout", 5, world.at(1))
    world.observed("released", "ledger", 1, world.at(1))
    sides = (world.series("cost", "eur"), world.series("released", "count"))
    return world.define("feature_revenue", unit="eur", series=sides, within=DAY), "payments"


def submissions(world):
    return world.define("hackathon_contributions", series=(world.series("cost", "count"),)), "payments"


def unread_events(world):
    world.observed("cost", "checkout", 1, world.at(1), origin="files:other")
    return submissions(world)


def short_history_of_events(world):
    world.covered("files:late", ("observation",), since=world.at(3))
    world.observed("cost", "checkout", 1, world.at(5), origin="files:late")
    return submissions(world)


def events_of_somebody(world):
    world.observed("cost", "somebody", 1, world.at(5))
    return submissions(world)


def headcount_from_the_middle(world):
    world.observed("cost", "checkout", 1, world.at(5))
    world.observed("transactions", "checkout", 9, world.at(2))
    sides = (world.series("cost", "count"), world.series("transactions", "count"))
    return world.define("retention_rate", series=sides), "payments"


def promoters(world, **changed):
    return world.define("employee_net_promoter_score", survey=world.survey(**changed)), "payments"


def unread_survey(world):
    return promoters(world, origin="files:elsewhere")


def unseen_survey(world):
    return promoters(world)


def open_round(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(30))
    return promoters(world)


def old_round(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(10))
    return promoters(world, freshness=7 * DAY)


def two_questions(world):
    for question in ("work", "lunch"):
        world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(10), question=question)
    return promoters(world)


def four_answers(world):
    world.answered("payments", 9, 9, 9, 9, "fine", closes_at=world.at(10))
    return promoters(world)


def sibling_of_few(world):
    world.answered("payments", 9, 9, 9, 9, 9, closes_at=world.at(10))
    world.answered("idle", 0, closes_at=world.at(10))
    return promoters(world)


CASES = [
    (
        unmapped("pull_requests", "review_pickup_time", changes=None),
        "missing",
        "pull_requests_not_mapped",
        "No service of team payments says where its pull requests and reviews come from; checkout has no pull requests",
        "services.checkout.changes: ORIGIN",
    ),
    (
        unmapped("builds", "build_duration", builds=()),
        "missing",
        "builds_not_mapped",
        "checkout has no builds",
        "services.checkout.builds: {from: ORIGIN}",
    ),
    (
        unmapped("escaped_bugs", "defect_escape_rate", bugs=()),
        "missing",
        "escaped_bugs_not_mapped",
        "checkout has no bugs found in production",
        "services.checkout.bugs: {from: ORIGIN, found_in_production: LABEL}",
    ),
    (
        unmapped("customer_bugs", "customer_reported_bugs", bugs=(BugRule(origin="jira:shared", types=("bug",)),)),
        "missing",
        "customer_bugs_not_mapped",
        "checkout has no bugs reported by customers",
        "services.checkout.bugs: {from: ORIGIN, reported_by_customers: LABEL}",
    ),
    (
        unmapped("releases", "customer_reported_bugs", deployments=None),
        "missing",
        "releases_not_mapped",
        "checkout has no releases",
        "services.checkout.releases: {from: ORIGIN}",
    ),
    (
        builds_of_other_branches,
        "missing",
        "no_matching_build",
        "No build of a branch that is deployed in ci:shared; branches seen: `develop` (2), `feature/x` (1).",
        "services.checkout.builds: {from: ci:shared, branches: develop}",
    ),
    (
        builds_of_other_patterns,
        "missing",
        "no_matching_build",
        "No build of a branch matching `main` or `release/*` in ci:shared",
        "branches: develop",
    ),
    (nothing_built, "insufficient", "too_few_samples", "0 of at least 1 samples", "longer window"),
    (no_open_request, "not_applicable", "nothing_open", "Nothing was open at the end", ""),
    (no_release, "not_applicable", "no_release", "Nothing was released between 2026-03-01 00:00 UTC and", ""),
    (
        unknown_lines,
        "missing",
        "no_weight",
        "Series 'lines' has no observation of checkout, which series 'coverage' has",
        "same subject",
    ),
    (
        completed_without_assigned,
        "missing",
        "not_same_subjects",
        "Only one of the series 'cost' and 'transactions' of team payments has an observation of checkout, ledger",
        "same subject and time",
    ),
    (
        revenue_without_release,
        "missing",
        "no_feature_release",
        "Series 'released' does not say when checkout was released, of which series 'cost' tells revenue",
        "at the moment of the release",
    ),
    (unread_events, "missing", "not_read", "files:other (observation)", "files:other"),
    (
        short_history_of_events,
        "missing",
        "observations_begin",
        "'cost' in files:late begins at 2026-03-04 00:00 UTC, after the period's start",
        "covers_from",
    ),
    (events_of_somebody, "missing", "no_matching_subject", "subjects seen: 'somebody'", "{somebody: payments}"),
    (
        headcount_from_the_middle,
        "missing",
        "headcount_begins",
        "Series 'transactions' says nothing of checkout at the period's start, 2026-03-01",
        "of a new team, 0",
    ),
    (unread_survey, "missing", "not_read", "files:elsewhere (survey_answer)", "files:elsewhere"),
    (unseen_survey, "missing", "no_closed_round", "No answer to survey 'pulse' was read so far", "surveys.pulse.from"),
    (open_round, "missing", "no_closed_round", "No round of survey 'pulse' closed before 2026-03-31", ""),
    (old_round, "stale", "stale_round", "'one', closed 20 d ago; 7 d is allowed", "surveys.pulse.freshness"),
    (
        two_questions,
        "missing",
        "several_questions",
        "answered from 0 to 10: 'lunch', 'work'",
        "surveys.pulse.question: lunch",
    ),
    (four_answers, "insufficient", "too_few_answers", "4 of at least 5 answers of team payments", "team above"),
    (
        sibling_of_few,
        "insufficient",
        "answers_withheld",
        "with it, that of a group of fewer than 5 people could be worked out",
        "team above",
    ),
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
    (stale_source, "stale", "stale", "Nothing was read for 2 d, since", "the last poll"),
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
    sources = "".join(map(inspect.getsource, (diagnose, diagnose_series, diagnose_surveys)))
    written = set(re.findall(r'"(?:missing|stale|insufficient|not_applicable)",\s*"([a-z_]+)"', sources))
    roles = (
        "deployments",
        "changes",
        "incidents",
        "pull_requests",
        "builds",
        "escaped_bugs",
        "customer_bugs",
        "releases",
    )
    formatted = {f"{role}_not_mapped" for role in roles}
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
