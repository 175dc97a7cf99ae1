"""The past, asked of the running exporter: what it says of a moment is what it answers for that moment."""

from datetime import UTC, datetime

import pytest

import two_years
from processes import running, wait_for

HISTORY = "/api/v1/scorecards/engineering/history"
QUESTION = {"from": "2025-01-01", "to": "2025-12-31T23:00Z", "step": "month"}


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    two_years.found(folder)
    (folder / "none").mkdir()
    with running(folder) as (_, client):
        wait_for(lambda: client.get("/-/ready").is_success, "the first snapshot")
        yield client


def test_a_point_is_what_is_answered_for_its_moment(client):
    document = client.get(HISTORY, params=QUESTION | {"team": "payments"}).json()
    (card,) = document["scorecards"]
    points = {one["id"]: one["points"] for one in card["measures"]}
    assert len(points["cloud_cost"]) == 12
    for place in (0, 7, 11):
        at = points["cloud_cost"][place]["ends_at"]
        (then,) = client.get("/api/v1/scorecards/engineering", params={"team": "payments", "at": at}).json()[
            "scorecards"
        ]
        for side in then["perspectives"]:
            for objective in side["objectives"]:
                for measure in objective["measures"]:
                    point = points[measure["id"]][place]
                    assert {key: measure[key] for key in ("value", "goal", "score", "status")} == {
                        key: point[key] for key in ("value", "goal", "score", "status")
                    }


def test_curves_are_on_the_pages_soon_after_the_start(tmp_path):
    two_years.found(tmp_path, datetime.now(UTC).replace(minute=0, second=0, microsecond=0))
    with running(tmp_path) as (_, client):
        wait_for(lambda: client.get("/-/ready").is_success, "the first snapshot")
        wait_for(lambda: 'class="spark"' in client.get("/?team=company").text, "the curves of the first team")
        assert 'class="spark"' not in client.get("/?team=payments").text, "nobody asked for those yet"
        wait_for(lambda: 'class="spark"' in client.get("/?team=payments").text, "the curves of another team")
        page = client.get("/scorecards/engineering/measures/lead_time_for_changes?team=payments").text
        assert 'class="chart"' in page


def test_an_unknown_measure_is_refused_with_those_there_are(client):
    answer = client.get(HISTORY, params=QUESTION | {"measure": "lead_time"})
    assert answer.status_code == 404
    assert "lead_time_for_changes" in answer.json()["error"]["allowed"]
