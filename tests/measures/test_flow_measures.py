"""The measures of flow and quality: rows of (what happened, what is asked, the value, why)."""

from fractions import Fraction

import pytest

from scorecard_exporter.events.rules import ReleaseRule

HOUR = 3600 * 1_000_000
RELEASES = ReleaseRule(origin="git:mono")
NEVER = 9_223_372_036_854_775_807


def requests(*hours, **changed):
    """Pull requests that were ready at day 3, reviewed after so many hours, and merged a day after that."""

    def happened(world):
        for one in hours:
            world.requested(world.at(3), world.at(3, one), world.at(4, one), **changed)

    return happened


def unreviewed(number=1, **changed):
    def happened(world):
        for _ in range(number):
            world.requested(world.at(3), merged_at=world.at(4), **changed)

    return happened


def waiting(*days, **changed):
    """Pull requests that have been ready since so many days before the end."""

    def happened(world):
        for one in days:
            world.requested(world.at(30 - one), **changed)

    return happened


def builds(**numbers):
    """So many builds of each status."""

    def happened(world):
        for status, number in numbers.items():
            for _ in range(number):
                world.built(world.at(5), status=status)

    return happened


def bugs(escaped, others):
    def happened(world):
        for position in range(escaped + others):
            world.bug(world.at(6), is_escaped=int(position < escaped))

    return happened


def several(*steps):
    def happened(world):
        for step in steps:
            step(world)

    return happened


@pytest.mark.parametrize(
    ("happened", "measure", "statistic", "value"),
    [
        pytest.param(
            requests(1, 2, 3, 4),
            "review_pickup_time",
            "p75",
            Fraction(13, 4) * 3600,
            id="p75: a quarter past the third",
        ),
        pytest.param(requests(5), "review_pickup_time", "p75", 5 * 3600, id="of one, itself"),
        pytest.param(requests(2, 2, 2), "review_pickup_time", "median", 2 * 3600, id="ties are no matter"),
        pytest.param(requests(1, 2, 9), "review_pickup_time", "mean", 4 * 3600, id="the mean where it is chosen"),
        pytest.param(requests(0), "review_pickup_time", "p75", 0, id="reviewed while it was a draft: no waiting"),
        pytest.param(
            lambda world: world.requested(world.at(-9), world.at(0), world.at(40)),
            "review_pickup_time",
            "p75",
            9 * 86_400,
            id="counts when it is first reviewed, however long before it was ready; the start belongs to the period",
        ),
        pytest.param(
            several(requests(1), lambda world: world.requested(world.at(1), world.at(30))),
            "review_pickup_time",
            "p75",
            3600,
            id="the end belongs to the next period",
        ),
        pytest.param(
            lambda world: world.requested(world.at(1), world.at(2), closed_at=world.at(3)),
            "review_pickup_time",
            "p75",
            86_400,
            id="one that was closed without a merge was picked up too",
        ),
        pytest.param(
            lambda world: world.requested(world.at(1), world.at(4), world.at(2)),
            "review_pickup_time",
            "p75",
            3 * 86_400,
            id="a first review after the merge is late, and still the first",
        ),
        pytest.param(
            several(requests(1), requests(90, is_bot=1)), "review_pickup_time", "p75", 3600, id="a bot's are left out"
        ),
        pytest.param(
            lambda world: world.requested(world.at(1), world.at(3), pickup=5 * HOUR),
            "review_pickup_time",
            "p75",
            5 * 3600,
            id="in open hours where the service has some",
        ),
        pytest.param(requests(1, 2, 3), "code_review_time", "median", 86_400, id="from the first review to the merge"),
        pytest.param(
            several(requests(1), lambda world: world.requested(world.at(1), world.at(4), world.at(2))),
            "code_review_time",
            "median",
            86_400,
            id="one first reviewed after its merge is left out",
        ),
        pytest.param(
            several(requests(1), unreviewed(3)), "code_review_time", "median", 86_400, id="so is one never reviewed"
        ),
        pytest.param(
            lambda world: world.requested(world.at(1), world.at(2), world.at(2)),
            "code_review_time",
            "median",
            0,
            id="merged at the moment of its review",
        ),
        pytest.param(
            lambda world: world.requested(world.at(-9), world.at(-8), world.at(0)),
            "code_review_time",
            "median",
            8 * 86_400,
            id="counts when it is merged",
        ),
        pytest.param(
            several(requests(1, 2, 3), unreviewed()),
            "unreviewed_merge_rate",
            "share",
            Fraction(1, 4),
            id="by merged ones",
        ),
        pytest.param(
            several(requests(1), lambda world: world.requested(world.at(1), world.at(4), world.at(2))),
            "unreviewed_merge_rate",
            "share",
            Fraction(1, 2),
            id="a review after the merge is none before it",
        ),
        pytest.param(
            lambda world: world.requested(world.at(1), world.at(2), world.at(2)),
            "unreviewed_merge_rate",
            "share",
            0,
            id="one at the very moment of the merge is not after it",
        ),
        pytest.param(
            several(requests(1), unreviewed(3, is_bot=1)), "unreviewed_merge_rate", "share", 0, id="bots merge alone"
        ),
        pytest.param(
            several(requests(1), waiting(5)), "unreviewed_merge_rate", "share", 0, id="what is open is not merged"
        ),
        pytest.param(
            waiting(1, 2, 3), "pull_request_age", "p85", Fraction(27, 10) * 86_400, id="p85 of the ages at the end"
        ),
        pytest.param(waiting(1, 2, 3), "pull_request_age", "mean", 2 * 86_400, id="the mean where it is chosen"),
        pytest.param(waiting(40), "pull_request_age", "p85", 40 * 86_400, id="however old"),
        pytest.param(
            several(waiting(1), waiting(9, is_draft=1), waiting(8, is_bot=1)),
            "pull_request_age",
            "p85",
            86_400,
            id="drafts and bots are left out",
        ),
        pytest.param(
            several(waiting(1), requests(1), lambda world: world.requested(world.at(2), closed_at=world.at(29))),
            "pull_request_age",
            "p85",
            86_400,
            id="merged and closed ones are not open",
        ),
        pytest.param(
            several(waiting(1), lambda world: world.requested(world.at(20), merged_at=world.at(30))),
            "pull_request_age",
            "median",
            5.5 * 86_400,
            id="one merged at the end was open until then",
        ),
        pytest.param(
            several(waiting(1), lambda world: world.requested(world.at(30))),
            "pull_request_age",
            "p85",
            86_400,
            id="one that becomes ready at the end is not open yet",
        ),
        pytest.param(
            builds(success=3, failure=1), "build_success_rate", "share", Fraction(3, 4), id="by concluded ones"
        ),
        pytest.param(
            builds(success=1, cancelled=5, skipped=2, running=1),
            "build_success_rate",
            "share",
            1,
            id="cancelled, skipped and running ones are neither",
        ),
        pytest.param(
            several(builds(success=1), lambda world: world.built(world.at(5), status="failure", branch="feature/x")),
            "build_success_rate",
            "share",
            1,
            id="only of branches that count",
        ),
        pytest.param(
            several(
                lambda world: world.built(world.at(0)),
                lambda world: world.built(world.at(30), status="failure"),
                lambda world: world.built(world.at(0, micros=-1), status="failure"),
            ),
            "build_success_rate",
            "share",
            1,
            id="half-open, by their finish",
        ),
        pytest.param(
            lambda world: [world.built(world.at(5), took=hours * HOUR) for hours in (1, 2, 9)],
            "build_duration",
            "median",
            2 * 3600,
            id="the middle one",
        ),
        pytest.param(
            lambda world: [world.built(world.at(5), took=HOUR), world.built(world.at(5), 3 * HOUR, status="failure")],
            "build_duration",
            "mean",
            2 * 3600,
            id="failed ones were waited for as well",
        ),
        pytest.param(
            lambda world: [world.built(world.at(5), took=HOUR), world.built(world.at(5), took=-HOUR)],
            "build_duration",
            "median",
            3600,
            id="what finished before it started is left out",
        ),
        pytest.param(bugs(1, 4), "defect_escape_rate", "share", Fraction(1, 5), id="found in production by all"),
        pytest.param(
            several(
                bugs(0, 1),
                lambda world: world.bug(world.at(-1), is_escaped=1),
                lambda world: world.bug(world.at(30), is_escaped=1),
            ),
            "defect_escape_rate",
            "share",
            0,
            id="by creation in the window",
        ),
        pytest.param(
            several(bugs(1, 0), lambda world: world.bug(world.at(5), tells_escapes=0)),
            "defect_escape_rate",
            "share",
            1,
            id="bugs of a service that does not tell are not counted",
        ),
    ],
)
def test_a_measure_has_this_value(world, happened, measure, statistic, value):
    happened(world)
    found = world.reading(world.define(measure, statistic=statistic))
    assert (found.value, found.absence) == (Fraction(value), None)


@pytest.mark.parametrize(
    ("happened", "measure", "expected"),
    [
        pytest.param(
            several(requests(1, 2, 3), requests(9, is_bot=1)),
            "review_pickup_time",
            {"median": 7200, "p90": Fraction(14, 5) * 3600, "mean": 7200, "share_bots": Fraction(1, 4)},
            id="beside the p75: median, p90, mean, and the share of bots",
        ),
        pytest.param(
            several(requests(1), unreviewed(1), unreviewed(2, is_bot=1)),
            "unreviewed_merge_rate",
            {"unreviewed": 1, "merged": 2, "share_bots": Fraction(1, 2)},
            id="both sides",
        ),
        pytest.param(
            several(waiting(1, 7), waiting(30, is_bot=1)),
            "pull_request_age",
            {
                "median": 4 * 86_400,
                "p90": Fraction(32, 5) * 86_400,
                "mean": 4 * 86_400,
                "oldest": 7 * 86_400,
                "share_bots": Fraction(1, 3),
            },
            id="the oldest",
        ),
        pytest.param(
            builds(success=3, failure=1), "build_success_rate", {"succeeded": 3, "failed": 1}, id="both sides"
        ),
        pytest.param(
            lambda world: [world.built(world.at(5), took=hours * HOUR) for hours in (1, -1)],
            "build_duration",
            {"p90": 3600, "mean": 3600, "dropped_negative": 1},
            id="what was left out",
        ),
        pytest.param(bugs(1, 4), "defect_escape_rate", {"found_in_production": 1, "bugs": 5}, id="both sides"),
    ],
)
def test_a_measure_has_these_parts(world, happened, measure, expected):
    happened(world)
    parts = world.reading(world.define(measure)).parts
    assert {name: part.value for name, part in parts.items()} == {
        name: Fraction(value) for name, value in expected.items()
    }


@pytest.mark.parametrize("measure", ["unreviewed_merge_rate", "build_success_rate", "defect_escape_rate"])
def test_a_share_has_an_interval(world, measure):
    several(requests(1), unreviewed(1), builds(success=1, failure=1), bugs(1, 1))(world)
    lower, upper = world.reading(world.define(measure)).interval
    assert (round(lower, 4), round(upper, 4)) == (0.0945, 0.9055), "Wilson's interval of 1 of 2"


def test_a_team_of_bots_has_no_review_time_and_says_whose_they_were(world):
    requests(1, 2, is_bot=1)(world)
    found = world.reading(world.define("review_pickup_time"))
    assert (found.absence.code, found.parts["share_bots"].value) == ("too_few_samples", 1)


def share_a_repository(world):
    world.organise(*(world.service(name, changes="git:mono", releases=RELEASES) for name in ("checkout", "ledger")))
    world.covered("git:mono")


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        pytest.param("review_pickup_time", 2 * 3600, id="reviewed once"),
        pytest.param("code_review_time", 86_400, id="merged once"),
        pytest.param("unreviewed_merge_rate", Fraction(1, 2), id="one of two, not two of three"),
        pytest.param("build_success_rate", Fraction(1, 2), id="built once for both services"),
        pytest.param("defect_escape_rate", Fraction(1, 2), id="one bug of both services, and another"),
        pytest.param(
            "customer_reported_bugs", Fraction(1, 3), id="one bug; a release that they share, and two deployments"
        ),
    ],
)
def test_what_two_services_of_a_team_share_counts_once(world, measure, value):
    share_a_repository(world)
    for name in ("checkout", "ledger"):
        world.requested(world.at(1), world.at(1, 2), world.at(2, 2), name=name, origin="git:mono", key="1")
        world.bug(world.at(1), name=name, key="J-1", is_escaped=1, is_customers=1)
        world.released(world.at(2), name, thing="train 7")
        world.released(world.at(3), name)
    world.requested(world.at(1), merged_at=world.at(3), origin="git:mono", key="2")
    world.built(world.at(4))
    world.built(world.at(5), status="failure")
    world.bug(world.at(1))
    assert world.reading(world.define(measure)).value == value


def test_where_services_see_one_pull_request_differently_the_longest_wait_counts(world):
    """Two services of one repository may have different hours, or call different authors bots."""
    share_a_repository(world)
    world.requested(world.at(1), world.at(3), origin="git:mono", key="1", pickup=5 * HOUR)
    world.requested(world.at(1), world.at(3), name="ledger", origin="git:mono", key="1", pickup=7 * HOUR)
    world.requested(world.at(1), world.at(3), name="ledger", origin="git:mono", key="1", pickup=9 * HOUR, is_bot=1)
    found = world.reading(world.define("review_pickup_time"))
    assert (found.value, found.samples, found.parts["share_bots"].value) == (7 * 3600, 1, 0)


@pytest.mark.parametrize("are_shared", [False, True], ids=["each its own", "shared by some other services"])
def test_what_no_services_share_is_not_told_apart(world, are_shared):
    """Where each repository is one service's, nothing is grouped by its things: that is several times cheaper."""
    if are_shared:
        share_a_repository(world)
    several(requests(1), requests(3, name="ledger"))(world)
    found = world.reading(world.define("review_pickup_time", statistic="mean"))
    assert (found.value, found.samples) == (2 * 3600, 2)
    asked = [sql for sql in world.store.statements if "service_pull_requests" in sql]
    assert {"samples.origin, samples.key" in sql for sql in asked} == {are_shared}


def test_a_period_may_lie_before_a_request_became_what_it_is(world):
    """What is open at the end of March was open then, whatever became of it in April."""
    world.requested(world.at(20), world.at(35), world.at(40))
    assert world.reading(world.define("pull_request_age")).value == 10 * 86_400


def test_the_worst_of_what_is_open_is_the_oldest(world):
    for days in (1, 5, 3):
        world.requested(world.at(30 - days), key=f"{days}")
    newest, worst = world.evidence(world.define("pull_request_age"), newest=1, worst=2)
    assert [(sample.key, sample.value, sample.unit) for sample in worst] == [
        ("5", 5 * 86_400, "seconds"),
        ("3", 3 * 86_400, "seconds"),
    ]
    assert [(sample.key, sample.occurred_at) for sample in newest] == [("1", world.at(29))]


def test_the_samples_of_a_review_measure_are_those_of_people(world):
    several(requests(1), requests(5, is_bot=1))(world)
    newest, worst = world.evidence(world.define("review_pickup_time"))
    assert [sample.value for sample in (*newest, *worst)] == [3600, 3600]


def test_a_team_that_moved_brings_its_history_along(world):
    """The tree of today says who counts what, for every period: nothing is collected again."""
    requests(2)(world)
    reading = world.define("code_review_time")
    assert [world.reading(reading, team=team).samples for team in ("company", "payments")] == [1, 1]
    world.organise(world.service("ledger"))
    assert [world.reading(reading, team=team).samples for team in ("company", "payments")] == [0, 0]
