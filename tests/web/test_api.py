"""The JSON API: answers have the described shape, and refusals say what would have been allowed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from starlette.routing import Route

from scorecard_exporter import __version__
from scorecard_exporter.errors import UnknownNameError
from scorecard_exporter.web.api import Api
from scorecard_exporter.web.webhooks import Webhooks

LIST = "/api/v1/scorecards"
MEASURE = f"{LIST}/engineering/measures/lead_time_for_changes"
TEAMS = ["catalog & search", "checkout", "engineering", "payments"]


@pytest.fixture
def description(exporter, ask):
    """The OpenAPI description as it is served."""
    return ask(exporter).get("/api/v1/openapi.json").json()


def schema_of(description, path, status):
    """The described shape of an answer."""
    response = description["paths"][path]["get"]["responses"][str(status)]
    if "$ref" in response:
        response = description["components"]["responses"][response["$ref"].rpartition("/")[2]]
    return response["content"]["application/json"]["schema"] | {"components": description["components"]}


def check(description, path, answer):
    """The answer is JSON of the described shape."""
    assert answer.headers["content-type"] == "application/json"
    schema = schema_of(description, path, answer.status_code)
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(answer.json())


def test_the_description_is_valid_openapi(description):
    validate(description)
    assert description["openapi"].startswith("3.1.")
    assert description["info"]["version"] == __version__


def test_the_description_has_every_path_and_no_other(exporter, description):
    routes = [*Api(exporter, "").routes(), *Webhooks(exporter).routes()]
    served = {route.path for route in routes if isinstance(route, Route)}
    assert set(description["paths"]) == served - {"/api/v1/openapi.json"}


@pytest.mark.parametrize(("external_url", "server"), [("", "/"), ("https://example.com/scorecard/", "/scorecard")])
def test_the_description_says_where_it_is_served(exporter, ask, external_url, server):
    described = ask(exporter, external_url=external_url).get("/api/v1/openapi.json").json()
    assert described["servers"] == [{"url": server}]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", [("engineering", team) for team in ("engineering", "payments", "checkout", "catalog & search")]
         + [("platform", "engineering")]),
        ("?team=engineering", [("engineering", "engineering"), ("platform", "engineering")]),
        ("?team=catalog%20%26%20search", [("engineering", "catalog & search")]),
        ("?scorecard=platform", [("platform", "engineering")]),
        ("?scorecard=engineering&team=checkout", [("engineering", "checkout")]),
        ("/platform", [("platform", "engineering")]),
        ("/engineering?team=payments", [("engineering", "payments")]),
    ],
)  # fmt: skip
def test_scorecards_are_chosen_by_id_and_team(exporter, ask, description, query, expected):
    answer = ask(exporter).get(LIST + query)
    check(description, LIST, answer)
    assert [(one["id"], one["team"]) for one in answer.json()["scorecards"]] == expected


def test_a_measure_says_what_the_snapshot_says(exporter, ask):
    document = ask(exporter).get(LIST).json()
    excellence = document["scorecards"][0]["perspectives"][2]
    lead_time = excellence["objectives"][0]["measures"][1]
    assert document["at"] == "2026-06-30T12:00:00Z"
    assert (lead_time["id"], lead_time["value"], lead_time["value_text"]) == ("lead_time_for_changes", 700_000, "8.1 d")
    assert (lead_time["status"], lead_time["score"], lead_time["reason"]) == ("red", 0.24, None)
    assert lead_time["goal"]["text"] == "<= 1 d"


@pytest.mark.parametrize(
    ("measure", "sample_texts"),
    [("lead_time_for_changes", ["8.1 d", "1 d", "22 d", "4.9 d"]), ("deployment_success_rate", [])],
)
def test_an_explanation_has_the_described_shape(exporter, ask, description, measure, sample_texts):
    answer = ask(exporter).get(f"{LIST}/engineering/measures/{measure}?team=payments")
    check(description, LIST + "/{scorecard}/measures/{measure}", answer)
    assert [sample["text"] for sample in answer.json()["newest"]] == sample_texts


def test_a_map_has_the_described_shape(exporter, ask, description):
    answer = ask(exporter).get(f"{LIST}/engineering/map?team=payments")
    check(description, LIST + "/{scorecard}/map", answer)
    drawn = answer.json()
    assert (drawn["scorecard"]["id"], drawn["team"]["id"]) == ("engineering", "payments")
    assert [one["id"] for one in drawn["perspectives"]] == [
        "business-value",
        "customer-outcomes",
        "engineering-excellence",
        "team-capability",
    ]
    assert [(edge["from"], edge["to"]) for edge in drawn["edges"]] == [
        ("customer-trust", "efficient-growth"),
        ("faster-delivery", "customer-trust"),
        ("faster-delivery", "adoption"),
        ("skilled-people", "faster-delivery"),
        ("skilled-people", "safer-delivery"),
    ]
    delivery = next(node for node in drawn["nodes"] if node["id"] == "faster-delivery")
    assert (delivery["status"], delivery["score"], delivery["measures"]) == ("yellow", 0.56, 2)


def test_advice_has_the_described_shape_and_is_silenced_by_name(exporter, ask, description):
    exporter.configuration = replace(exporter.configuration, silenced={"red-without-initiative": "We know."})
    answer = ask(exporter).get("/api/v1/advice")
    check(description, "/api/v1/advice", answer)
    found = answer.json()
    assert "red-without-initiative" not in {one["name"] for one in found["advice"]}
    (quiet,) = found["silenced"]
    assert (quiet["name"], quiet["reason"]) == ("red-without-initiative", "We know.")
    assert quiet["number"] == 2


def test_every_measure_of_the_scorecard_can_be_explained(exporter, ask, description, snapshot):
    client = ask(exporter)
    for _, _, item in snapshot.scorecards[0].measures():
        answer = client.get(f"{LIST}/engineering/measures/{item.measure.id}")
        check(description, LIST + "/{scorecard}/measures/{measure}", answer)
        assert answer.json()["measure"]["id"] == item.measure.id


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("2026-06-30T12:00", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30T12:00:00Z", datetime(2026, 6, 30, 12, tzinfo=UTC)),
        ("2026-06-30T12:00:00%2B02:00", datetime(2026, 6, 30, 12, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
@pytest.mark.parametrize("path", [LIST, f"{LIST}/engineering", f"{LIST}/engineering/map", MEASURE])
def test_another_moment_is_evaluated_anew(exporter, ask, path, written, moment):
    answer = ask(exporter).get(f"{path}?at={written}")
    assert exporter.asked == [moment]
    assert datetime.fromisoformat(answer.json()["at"]) == moment


@pytest.mark.parametrize(
    ("path", "status", "message", "allowed"),
    [
        (f"{LIST}?teams=payments", 400, "There is no parameter named 'teams' here.", ["scorecard", "team", "at"]),
        (f"{LIST}/engineering?scorecard=x", 400, "There is no parameter named 'scorecard' here.", ["team", "at"]),
        (f"{LIST}?at=yesterday", 400, "at='yesterday' is not a moment in ISO 8601 (a + is written %2B).", None),
        (f"{LIST}?at=2026-06-30T12:00:00+02:00", 400, "at='2026-06-30T12:00:00 02:00' is not a moment", None),
        (f"{LIST}?at=", 400, "at='' is not a moment", None),
        (f"{LIST}?at=1999-12-31", 400, "at='1999-12-31' lies before the year 2000 or in the future.", None),
        (f"{LIST}?at=9999-12-31", 400, "at='9999-12-31' lies before the year 2000 or in the future.", None),
        (f"{MEASURE}?at=tomorrow", 400, "at='tomorrow' is not a moment", None),
        (f"{LIST}?team=nobody", 404, "There is no team with a scorecard named 'nobody'.", TEAMS),
        (f"{LIST}?scorecard=enginering", 404, "Did you mean 'engineering'?", ["engineering", "platform"]),
        (f"{LIST}/enginering", 404, "Did you mean 'engineering'?", ["engineering", "platform"]),
        (f"{LIST}/engineering?team=payment", 404, "Did you mean 'payments'?", TEAMS),
        (f"{LIST}/engineering/map?team=payment", 404, "Did you mean 'payments'?", TEAMS),
        (f"{LIST}/nothing/measures/uptime", 404, "There is no scorecard named 'nothing'.", ["engineering", "platform"]),
        (f"{LIST}/platform/measures/uptime?team=payments", 404, "named 'payments'.", ["engineering"]),
        ("/api/v1/nothing", 404, "There is nothing at /api/v1/nothing.", []),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_is_allowed(exporter, ask, description, path, status, message, allowed):
    answer = ask(exporter).get(path)
    error = answer.json()["error"]
    check(description, LIST, answer)
    assert answer.status_code == status
    assert message in error["message"]
    assert error["allowed"] == allowed if allowed is not None else "2026-06-30" in error["allowed"]


def test_an_unknown_measure_names_the_ones_there_are(exporter, ask):
    async def explain(*_):
        raise UnknownNameError.of("measure of scorecard platform, team engineering", "uptimes", ["uptime", "cost"])

    exporter.explain = explain
    error = ask(exporter).get(f"{LIST}/platform/measures/uptimes").json()["error"]
    assert "Did you mean 'uptime'?" in error["message"]
    assert error["allowed"] == ["cost", "uptime"]


@pytest.mark.parametrize("path", [LIST, f"{LIST}/engineering", MEASURE])
def test_before_the_first_snapshot_the_answer_is_not_yet(starting, ask, path):
    answer = ask(starting).get(path)
    assert answer.status_code == 503
    assert answer.json() == {"error": {"message": "Not ready yet: reading the store.", "allowed": []}}


def test_other_methods_are_refused_by_name(exporter, ask):
    answer = ask(exporter).request("DELETE", LIST)
    assert (answer.status_code, set(answer.headers["allow"].split(", "))) == (405, {"GET", "HEAD"})
    assert answer.json() == {"error": {"message": "Method Not Allowed.", "allowed": []}}


def test_a_crash_is_an_error_of_the_same_shape(exporter, ask):
    exporter.snapshot = "no snapshot at all"
    answer = ask(exporter).get(LIST)
    assert answer.status_code == 500
    assert answer.json()["error"]["message"].startswith("The exporter's log says what")


HISTORY = f"{LIST}/engineering/history"
HISTORY_PATH = f"{LIST}/{{scorecard}}/history"
SPAN = "from=2025-12-31&to=2026-06-30T12:00Z"
TOO_MANY = "These are more than 1000 points: choose a longer step or a shorter time."


def test_a_history_has_a_point_for_each_step_of_every_measure_and_parent(exporter, ask, description):
    answer = ask(exporter).get(f"{HISTORY}?team=payments&{SPAN}&step=month")
    check(description, HISTORY_PATH, answer)
    (card,) = answer.json()["scorecards"]
    # Midnight in Berlin, where this scorecard is.
    days = ("2025-12-31T23", "2026-01-31T23", "2026-02-28T23", "2026-03-31T22", "2026-04-30T22", "2026-05-31T22")
    ends = [f"{day}:00:00Z" for day in days]
    assert [one["ends_at"] for one in card["measures"][0]["points"]] == ends
    assert {len(one["points"]) for one in (*card["measures"], *card["parents"])} == {6}
    assert [one["level"] for one in card["parents"][:3]] == ["scorecard", "perspective", "objective"]


def test_a_history_of_one_measure_is_of_all_teams_and_has_no_parents(exporter, ask, description):
    answer = ask(exporter).get(f"{HISTORY}?measure=uptime&{SPAN}&step=quarter")
    check(description, HISTORY_PATH, answer)
    cards = answer.json()["scorecards"]
    assert [one["team"] for one in cards] == ["engineering", "payments", "checkout", "catalog & search"]
    assert [[measure["id"] for measure in one["measures"]] for one in cards] == [["uptime"]] * 4
    assert [one["parents"] for one in cards] == [[]] * 4


def test_calendar_periods_are_asked_for_by_their_name(exporter, ask, description):
    answer = ask(exporter).get(f"{HISTORY}?measure=uptime&team=payments&{SPAN}&step=quarter&periods=calendar")
    check(description, HISTORY_PATH, answer)
    (point,) = answer.json()["scorecards"][0]["measures"][0]["points"]
    assert (point["starts_at"], point["ends_at"]) == ("2025-12-31T23:00:00Z", "2026-03-31T22:00:00Z")


def test_without_words_a_history_is_two_years_of_months(exporter, ask, description):
    answer = ask(exporter).get(f"{HISTORY}?to=2026-06-30&team=payments")
    check(description, HISTORY_PATH, answer)
    points = answer.json()["scorecards"][0]["measures"][0]["points"]
    assert (len(points), points[0]["ends_at"]) == (24, "2024-06-30T22:00:00Z")
    assert answer.json()["step"] == "month"


@pytest.mark.parametrize(
    ("query", "status", "message"),
    [
        ("from=2026-06-01&to=2026-01-01", 400,
         "from=2026-06-01T00:00:00+00:00 is not before to=2026-01-01T00:00:00+00:00."),
        ("from=2026-06-01&to=2026-06-01", 400,
         "from=2026-06-01T00:00:00+00:00 is not before to=2026-06-01T00:00:00+00:00."),
        ("from=yesterday", 400, "from='yesterday' is not a moment in ISO 8601 (a + is written %2B)."),
        ("to=2999-01-01", 400, "to='2999-01-01' lies before the year 2000 or in the future."),
        ("step=fortnight", 400,
         "step='fortnight' is not day, week, month, quarter or a duration of at least a minute such as 12h."),
        ("step=1s", 400, "step='1s' is not day, week, month, quarter or a duration of at least a minute such as 12h."),
        ("periods=fiscal", 400, "periods='fiscal' is neither rolling nor calendar."),
        ("periods=calendar&step=12h", 400, "A calendar has no periods of such a length: choose another step."),
        ("step=1h", 400, TOO_MANY),
        ("step=1m", 400, TOO_MANY),
        ("window=30d", 400, "There is no parameter named 'window' here."),
        ("team=paymens", 404, ("There is no team of scorecard engineering named 'paymens'. Did you mean 'payments'? "
         "There is: catalog & search, checkout, engineering, payments.")),
    ],
)  # fmt: skip
def test_what_no_history_can_be_of_is_refused_before_anyone_works(exporter, ask, description, query, status, message):
    answer = ask(exporter).get(f"{HISTORY}?{query}")
    assert (answer.status_code, answer.json()["error"]["message"]) == (status, message)
    check(description, HISTORY_PATH, answer)
    assert exporter.asked == []


def test_a_history_of_too_many_values_says_how_many(exporter, ask, monkeypatch):
    monkeypatch.setattr("scorecard_exporter.web.history.MOST_VALUES", 100)
    answer = ask(exporter).get(f"{HISTORY}?{SPAN}&step=month")
    message = answer.json()["error"]["message"]
    assert answer.status_code == 400
    assert message.startswith("6 points of these measures and teams are ")
    assert "at most 100: choose a team, a measure or a longer step." in message


def test_before_the_first_snapshot_there_is_no_history(starting, ask):
    assert ask(starting).get(HISTORY).status_code == 503
