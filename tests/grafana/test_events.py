"""What happened, in the words that a board shows: made of what the store and the configuration say."""

import pytest

from frames import checked, decode
from scorecard_exporter.evaluation import find_scorecard
from scorecard_exporter.grafana.kinds import events
from scorecard_exporter.grafana.question import Question
from scorecard_exporter.measures.happenings import Deployed, Disturbed, Happenings, Recoloured
from scorecard_exporter.store.base import KeptReview

HOUR = 3_600_000_000
LAST = 1_790_000_000_000_000
DEPLOYED = Deployed(LAST - 9 * HOUR, "shop:checkout", "d1", "", "v1.2", True, "", 3, ("checkout", "ledger"))
DISTURBED = Disturbed(LAST - 8 * HOUR, "shop:pager", "i1", "", "high", "Slow", LAST - 6 * HOUR, ("checkout",))


@pytest.fixture
def told(grafana, service):  # noqa: ARG001  it has been started then
    """What a board shows of happenings and reviews of the last day: title, text and tags of each, oldest first."""

    def rows(*, reviews=(), kinds="", most_of=1, **happened):
        material = events.Material(
            card=find_scorecard(service.snapshot, "engineering", "payments"),
            happened=Happenings(**happened),
            reviews=reviews,
            now=LAST,
        )
        question = Question(kind="events", keys={"kind": kinds}, first=LAST - 24 * HOUR, last=LAST, most=most_of)
        (frame,) = checked([decode(one.encoded("A")) for one in events.frames(material, question)])
        return [(row["title"], row["text"], row["tags"]) for row in frame.rows()], frame

    return rows


DEPLOYMENTS = [
    (DEPLOYED, ("checkout, ledger v1.2 was deployed", "3 changes shipped.")),
    (DEPLOYED._replace(changes=1, version=""), ("checkout, ledger was deployed", "1 change shipped.")),
    (
        DEPLOYED._replace(failed_by="rollback"),
        ("checkout, ledger v1.2 was deployed", "3 changes shipped. It failed later, told by its rollback."),
    ),
    (DEPLOYED._replace(has_succeeded=False), ("checkout, ledger v1.2 could not be deployed", "")),
    (
        DEPLOYED._replace(services=tuple("abcdefg"), version="x\x1b[31m"),
        ("a, b, c, d, e and 2 more x�[31m was deployed", "3 changes shipped."),
    ),
]


@pytest.mark.parametrize(("one", "words"), DEPLOYMENTS, ids=range(len(DEPLOYMENTS)))
def test_a_deployment_in_words(told, one, words):
    ((*said, tags),) = told(deployments=(one,), kinds="deployment")[0]
    assert tuple(said) == words
    assert tags == ",".join(("deployment", *one.services[:5]))


INCIDENTS = [
    (DISTURBED, ("Slow", "checkout (high): resolved after 2 h.")),
    (DISTURBED._replace(title="", severity=""), ("Incident i1", "checkout: resolved after 2 h.")),
    (DISTURBED._replace(resolved_at=None), ("Slow", "checkout (high): open for 8 h.")),
    (DISTURBED._replace(title="a\nb\u202ec" * 99), ("a b�c" * 23 + "a b�…", "checkout (high): resolved after 2 h.")),
]


@pytest.mark.parametrize(("one", "words"), INCIDENTS, ids=range(len(INCIDENTS)))
def test_an_incident_in_words(told, one, words):
    """One that goes on ends now, for an end that is missing would break the board."""
    ((*said, _),), frame = told(incidents=(one,), kinds="incident")
    assert tuple(said) == words
    assert frame["timeEnd"].values == [(one.resolved_at or LAST) * 1000]


def test_a_change_of_colour_in_words(told):
    changes = (
        Recoloured(LAST - HOUR, "cloud_cost", "green", "red"),
        Recoloured(LAST - HOUR, "a_measure_that_is_gone", "green", "red"),
    )
    assert told(colours=changes, kinds="status")[0] == [
        ("Cloud cost: ✕ Off target", "Before: ✓ On target.", "status,cloud_cost,red")
    ]


def review(**more):
    plain = {
        "scorecard": "engineering",
        "team": "payments",
        "period": "2026-Q2",
        "starts_at": 0,
        "ends_at": 1,
        "recorded_at": LAST - 2 * HOUR,
        "by": "cto@example.org",
        "notes": "said in the room",
        "decisions": ("Hire", "Wait"),
        "document": "{}",
    }
    return KeptReview(**(plain | more))


def test_a_review_in_words_without_what_was_said_in_the_room(told):
    reviews = [review(), review(decisions=(), period="2026-Q1"), review(team="search"), review(recorded_at=LAST + 1)]
    assert told(reviews=reviews, kinds="review")[0] == [
        ("2026-Q1 reviewed by cto@example.org", "Nothing was decided.", "review,2026-Q1"),
        ("2026-Q2 reviewed by cto@example.org", "Decided: Hire; Wait", "review,2026-Q2"),
    ]


def test_of_too_many_the_newest_are_shown(told):
    many = tuple(DEPLOYED._replace(at=LAST - number - 1, key=f"d{number}") for number in range(events.MOST + 1))
    _, frame = told(deployments=many, kinds="deployment")
    assert frame.size == events.MOST
    assert frame["id"].values[-1] == "deployment/shop:checkout/d0"
    assert frame.notices == ["There was more: the newest 1,000 are shown."]
