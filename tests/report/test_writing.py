"""Reviews of a company with two years behind it: which numbers they show, what they compare with, what is kept."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scorecard_exporter.config import advise, load
from scorecard_exporter.config.lint.advice import ABOUT_TARGETS, OF_NUMBERS
from scorecard_exporter.errors import NoReviewError, UnknownNameError
from scorecard_exporter.evaluation import advice_on_numbers, history, narrowed, take
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.markdown import markdown
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, chosen, kept_document, recorded, written
from scorecard_exporter.scorecard.review_periods import ReviewPeriod

GOLDEN = Path(__file__).parent.parent / "golden" / "review.md"
LATER = instant(datetime(2026, 1, 8, 9, tzinfo=UTC))
FOURTH = ReviewQuestion("engineering", "payments", "2025-Q4")


@pytest.fixture(scope="module")
def review(company, store, reviewed):  # noqa: ARG001  what was recorded before is what it begins with
    """The fourth quarter's, a week after its end."""
    return written(company, store, FOURTH, LATER)


def measures(review):
    return {one["id"]: one for one in review["measures"]}


def test_its_numbers_are_those_of_history(company, store, review):
    """To the last digit, and judged by the same targets."""
    (taken,) = history(
        narrowed(company, "engineering", "payments"), store, [ReviewPeriod.parse("2025-Q4", "Europe/Berlin").point()]
    )
    (card,) = taken.scorecards
    assert (review["score"], review["status"], review["coverage"]) == (card.score, card.status, card.coverage)
    for _, _, status in card.measures():
        found = measures(review)[status.measure.id]
        assert found["value"] == float(status.reading.value)
        assert (found["value_text"], found["goal_text"]) == (status.value_text, status.goal_text)
        assert (found["score"], found["status"], found["samples"]) == (
            status.score,
            status.status,
            status.reading.samples,
        )


def test_a_total_is_judged_over_its_own_window(company, store, review):
    """9,000 EUR is a goal for 30 days: the costs of a quarter would always miss it."""
    at = ReviewPeriod.parse("2025-Q4", "Europe/Berlin").ends_at
    (live,) = [card for card in take(company, store, at).scorecards if card.team == "payments"]
    (cost,) = [status for _, _, status in live.measures() if status.measure.id == "cloud_cost"]
    assert measures(review)["cloud_cost"]["value"] == float(cost.reading.value)


def test_it_is_plain_data(review):
    assert json.loads(json.dumps(review, allow_nan=False)) == review


def test_it_compares_with_the_recorded_review_and_asks_what_came_of_it(review):
    assert review["compared_with"]["recorded"]
    assert review["compared_with"]["period"]["id"] == "2025-Q3"
    assert review["decided"] == ["Two engineers automate the release tests", "The goal for costs stays"]
    automation, calm = review["promises"]
    assert automation["promised"] == "60 % done, due 2025-11-01, with two engineers"
    assert automation["came_of_it"].startswith("Overdue: 60 % done, due 2025-11-01. Checkout runs by itself. ")
    assert (automation["is_kept"], calm["is_kept"]) == (False, None)
    assert [(one["id"], one["before"], one["status"]) for one in review["changes"]] == [
        ("lead_time_for_changes", "yellow", "green")
    ]


def test_without_a_recorded_review_it_compares_with_the_period_before(company, store):
    alone = written(company, store, ReviewQuestion("engineering", "company", "2025-Q4"), LATER)
    assert not alone["compared_with"]["recorded"]
    assert (alone["promises"], alone["decided"]) == ([], [])
    before = written(company, store, ReviewQuestion("engineering", "company", "2025-Q3"), LATER)
    colours = {one["id"]: one["status"] for one in before["measures"]}
    assert {one["id"]: one["before"] for one in alone["changes"]} == {
        one["id"]: colours[one["id"]] for one in alone["measures"] if one["status"] != colours[one["id"]]
    }
    assert alone["changes"]


def test_a_review_of_a_month_has_that_month(company, store):
    month = written(company, store, replace(FOURTH, period="2025-11"), LATER)
    assert (month["period"]["title"], month["compared_with"]["period"]["id"]) == ("November 2025", "2025-Q3")
    assert month["measures"][1]["months"][-1]["ends_at"] == month["period"]["ends_at"] == "2025-11-30T23:00:00Z"


def test_the_last_period_that_is_over_is_the_one_that_is_meant(company, store):
    assert written(company, store, replace(FOURTH, period=None), LATER)["period"]["id"] == "2025-Q4"


REFUSED = [
    (
        "2026-Q1",
        "2026-Q1 is not over: it can be reviewed from 2026-04-01 on (Europe/Berlin); the last one that is over",
    ),
    ("2026-01", "the last one that is over is 2025-12"),
    ("2026-Q5", "period='2026-Q5'"),
]


@pytest.mark.parametrize(("period", "message"), REFUSED)
def test_a_period_that_is_not_over_or_is_none_is_refused(company, store, period, message):
    with pytest.raises(NoReviewError) as caught:
        written(company, store, replace(FOURTH, period=period), LATER)
    assert message in str(caught.value)


def test_the_last_instant_of_a_period_is_too_early_and_the_next_one_is_not(company, store):
    end = ReviewPeriod.parse("2025-Q4", "Europe/Berlin").ends_at
    with pytest.raises(NoReviewError):
        written(company, store, FOURTH, end - 1)
    assert written(company, store, FOURTH, end)["period"]["id"] == "2025-Q4"


def test_a_scorecard_without_reviews_needs_a_period(company, store):
    card = replace(company.scorecards["engineering"], review="")
    quiet = replace(company, scorecards={"engineering": card})
    with pytest.raises(NoReviewError, match="does not say how often it is reviewed"):
        written(quiet, store, replace(FOURTH, period=None), LATER)
    assert written(quiet, store, FOURTH, LATER)["period"]["id"] == "2025-Q4"


@pytest.mark.parametrize("question", [ReviewQuestion("engineerin"), ReviewQuestion("engineering", "searc", "2025-Q4")])
def test_what_does_not_exist_has_no_review(company, store, question):
    with pytest.raises(UnknownNameError, match="Did you mean"):
        written(company, store, question, LATER)


def test_before_anything_was_read_it_says_so(company, store):
    """Missing, never zero: and nothing is made of it."""
    early = written(company, store, replace(FOURTH, period="2023-Q1"), LATER)
    assert early["counts"]["grey"] == len(early["measures"])
    assert {one["trend"] for one in early["measures"]} == {None}
    assert {one["forecast"] for one in early["measures"]} == {None}
    assert {one["name"] for one in (*early["reconsider"], *early["advice"])}.isdisjoint(OF_NUMBERS)


def test_what_was_recorded_stays_as_it_was(company, store, reviewed):
    """A new target changes what is judged from now on, and nothing that people looked at."""
    path = company.path.with_name("stricter.yaml")
    path.write_text(company.path.read_text().replace("goal: 2d, red: 2w", "goal: 1h, red: 2h"))
    stricter = load(path)
    now = measures(written(stricter, store, replace(FOURTH, period="2025-Q3"), LATER))["lead_time_for_changes"]
    (kept,) = [one for one in store.reviews("engineering") if one.recorded_at == reviewed.recorded_at]
    then = measures(json.loads(kept.document))["lead_time_for_changes"]
    assert (then["goal_text"], then["status"]) == ("<= 2 d", "yellow")
    assert (now["goal_text"], now["status"]) == ("<= 1 h", "red")
    changed = written(stricter, store, FOURTH, LATER)["changes"]
    assert "Its target changed: from <= 2 d (red at 14 d) to <= 1 h (red at 2 h)." in changed[0]["text"]


def test_it_advises_what_check_advises_of_its_scorecard_and_team(company, review):
    """In the same words; what is about targets stands apart, and nothing is told of other teams."""
    ours = {one["about"]: one["title"] for one in review["advice"] + review["reconsider"]}
    told = {(one["name"], one["sentence"]) for one in review["advice"]}
    assert {(one.name, one.sentence) for one in advise(company, LATER) if one.name == "perspective-too-small"} <= told
    assert "source shop" not in ours
    assert ours["initiative automation"] == "Automate the release tests"
    assert ours["engineering/business"] == "Business"
    assert "no-owner" not in {name for name, _ in told}, "payments has an owner, which search has not"
    assert {one["name"] for one in review["reconsider"]} == set(ABOUT_TARGETS)


def test_a_target_that_every_team_misses_is_to_be_reconsidered_by_each(company, store, review):
    """Though the review is of one of them, and has the numbers of that one only."""
    (taken,) = history(company, store, [ReviewPeriod.parse("2025-Q4", "Europe/Berlin").point()])
    colours = {}
    for status in (one for scorecard in taken.scorecards for _, _, one in scorecard.measures()):
        colours.setdefault(status.measure.id, set()).add(status.status)
    missed = {f"engineering/{id_}" for id_, found in colours.items() if found <= {"red", "yellow"}}
    assert missed == {one["about"] for one in review["reconsider"] if one["name"] == "target-met-by-nobody"} != set()


def test_what_is_silenced_is_told_with_its_reason(company, store):
    quiet = replace(company, silenced={"target-unchanged": "It is looked at in spring.", "no-owner": "We share them."})
    found = written(quiet, store, FOURTH, LATER)
    assert found["silenced"] == [
        {"name": "target-unchanged", "reason": "It is looked at in spring.", "number": 1},
        {"name": "no-owner", "reason": "We share them.", "number": 0},
    ]
    assert "target-unchanged" not in {one["name"] for one in found["reconsider"]}
    assert "- `target-unchanged` (1): It is looked at in spring." in markdown(found)


def test_targets_are_met_in_periods_of_the_calendar(company, store):
    """In those of the reviews, by every team; of months others are met than of quarters."""
    for review, names in (
        ("quarterly", ("2025-Q2", "2025-Q3", "2025-Q4")),
        ("monthly", ("2025-10", "2025-11", "2025-12")),
    ):
        card = replace(company.scorecards["engineering"], review=review)
        asked = replace(company, scorecards={"engineering": card})
        green = None
        for taken in history(asked, store, [ReviewPeriod.parse(name, card.zone).point() for name in names]):
            colours = {}
            for status in (one for scorecard in taken.scorecards for _, _, one in scorecard.measures()):
                colours.setdefault(status.measure.id, set()).add(status.status)
            always = {id_ for id_, found in colours.items() if found == {"green"}}
            green = always if green is None else green & always
        advice = advice_on_numbers(asked, store, take(asked, store, LATER))
        met = {one.about.partition("/")[2] for one in advice if one.name == "target-met-repeatedly"}
        assert met == green != set(), review


def test_beside_the_score_stand_the_pace_and_the_published_levels(company, store, review):
    """Never in it: neither is there where there is no date to come, or no report is configured."""
    assert {one["benchmark"] for one in review["measures"]} == {None}
    path = company.path.with_name("dated.yaml")
    schedule = "schedule: [{at: 2024-01-01, goal: 2d, red: 2w}, {at: 2026-12-31, goal: 1h, red: 2w}]"
    path.write_text(company.path.read_text().replace("goal: 2d, red: 2w", schedule, 1) + "benchmark: 2024\n")
    dated = measures(written(load(path), store, FOURTH, LATER))
    lead_time = dated["lead_time_for_changes"]
    assert lead_time["pace"]["state"] == "sufficient"
    assert lead_time["pace"]["sentence"].endswith("in the last 92 d it came from 2.4 d to 19 h, which is enough.")
    assert (lead_time["benchmark"]["report"], lead_time["benchmark"]["level"]) == (2024, "elite")
    assert dated["deployment_success_rate"]["pace"] is None
    assert dated["deployment_frequency"]["score"] == measures(review)["deployment_frequency"]["score"]


def test_a_kept_review_for_programs(reviewed):
    whole = kept_document(reviewed, whole=True)
    assert whole.pop("review")["period"]["id"] == "2025-Q3"
    assert whole == kept_document(reviewed, whole=False)
    assert (whole["by"], whole["recorded_at"]) == ("cto@example.org", "2025-10-06T09:00:00Z")
    assert whole["decisions"] == ["Two engineers automate the release tests", "The goal for costs stays"]


@pytest.mark.parametrize(
    ("meeting", "message"), [(Meeting(" ", "All well."), "`by` is empty"), (Meeting("cto", "\n"), "notes are empty")]
)
def test_a_meeting_of_nobody_or_without_a_word_is_not_recorded(company, store, reviewed, meeting, message):
    with pytest.raises(NoReviewError, match=message):
        recorded(company, store, FOURTH, meeting, LATER)
    assert list(store.reviews("engineering")) == [reviewed]


def test_the_newest_recording_of_a_period_is_chosen_unless_another_is_named(reviewed):
    again = replace(reviewed, recorded_at=reviewed.recorded_at + 3_600_000_000)
    both = [again, reviewed]
    assert chosen(both, "2025-Q3", None, None) == again
    assert chosen(both, "2025-Q3", "payments", "2025-10-06T09:00:00Z") == reviewed
    for question in (("2025-Q4", None, None), ("2025-Q3", "search", None), ("2025-Q3", None, "2025-10-06T09:30:00Z")):
        with pytest.raises(UnknownNameError):
            chosen(both, *question)


def test_the_whole_text_of_a_review(review):
    """As it would be pasted into a wiki."""
    assert markdown(review) == GOLDEN.read_text(encoding="utf-8")
