"""What is asked of Prometheus, and how each of its answers is understood."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SkippableSourceError
from scorecard_exporter.quantities import to_micros
from scorecard_exporter.sources.kit.client import Client
from scorecard_exporter.sources.prometheus.queries import ask_now, ask_range, explain, grid

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hours(number):
    return to_micros(number * 3600)


def client(answer):
    handler = answer if callable(answer) else lambda _: answer
    return Client("http://prom.example/prefix", explain=explain, transport=httpx.MockTransport(handler))


def ask(answer):
    return ask_range(client(answer), "up", T, T, hours(1))


def success(**data):
    return httpx.Response(200, json={"status": "success", "data": {"resultType": "matrix", **data}})


@pytest.mark.parametrize(
    ("begin", "end", "stretches"),
    [
        pytest.param(T, T + 3 * HOUR, [(0, 2)], id="the end is not in it"),
        pytest.param(T + HOUR / 2, T + 3 * HOUR, [(1, 2)], id="from the next full hour on"),
        pytest.param(T + HOUR / 2, T + HOUR / 2, [], id="nothing"),
        pytest.param(T + HOUR / 4, T + HOUR / 2, [], id="no full hour in it"),
        pytest.param(T, T + timedelta(microseconds=1), [(0, 0)], id="one moment"),
        pytest.param(
            T, T + 25_000 * HOUR, [(0, 9_999), (10_000, 19_999), (20_000, 24_999)], id="as many points as are allowed"
        ),
    ],
)
def test_the_grid_is_cut_into_stretches_that_prometheus_answers(begin, end, stretches):
    assert [((first - T) // HOUR, (last - T) // HOUR) for first, last in grid(begin, end, hours(1))] == stretches


def test_a_day_and_a_week_begin_where_time_does():
    """The grid is that of Unix time: days begin at midnight UTC, weeks on Thursday."""
    ((day, _),) = grid(T, T + 30 * HOUR, hours(24))
    ((week, _),) = grid(T, T + 8 * 24 * HOUR, hours(24 * 7))
    assert (day, week) == (datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC))


def test_what_is_asked():
    asked = []

    def answer(request):
        asked.append(request)
        return success(result=[])

    ask_range(client(answer), "sum(up) > 0", T, T + HOUR, 90_500_000)
    assert asked[0].url.path == "/prefix/api/v1/query_range"
    assert dict(asked[0].url.params) == {
        "query": "sum(up) > 0",
        "start": "1772366400",
        "end": "1772370000",
        "step": "90.5",
        # Without these Thanos and VictoriaMetrics give a part of a sum for the whole while some of it is down.
        "partial_response": "false",
        "deny_partial_response": "1",
    }


@pytest.mark.parametrize(
    ("result", "points"),
    [
        ([{"metric": {"a": "b"}, "values": [[1772366400, "1"], [1772370000, "2"]]}], [(T, "1"), (T + HOUR, "2")]),
        ([{"metric": {"a": "b"}, "values": [[1772366400.5, "1"]]}], [(T + timedelta(seconds=0.5), "1")]),
        ([{"metric": {"a": "b"}, "value": [1772366400, "1"]}], [(T, "1")]),
        ([{"metric": {"a": "b"}, "values": []}], []),
    ],
    ids=["whole seconds", "parts of a second", "an instant", "no values"],
)
def test_the_points_of_a_series(result, points):
    (series,) = ask(success(result=result)).series
    assert (series.labels, list(series.points)) == ({"a": "b"}, points)


@pytest.mark.parametrize(
    "result",
    [
        [None],
        ["text"],
        [{"metric": [], "values": []}],
        [{"metric": {}, "values": [[T.timestamp()]]}],
        [{"metric": {}, "values": [["1", "1"]]}],
        [{"metric": {}, "values": [[T.timestamp(), 1]]}],
        [{"metric": {}, "values": "many"}],
    ],
    ids=str,
)
def test_a_malformed_series_is_told_and_the_others_are_read(result):
    answer = ask(success(result=[*result, {"metric": {"a": "b"}, "values": [[T.timestamp(), "1"]]}]))
    assert len(answer.series) == len(answer.malformed) == 1


@pytest.mark.parametrize("result", [None, []], ids=str)
def test_no_result_is_nothing(result):
    assert ask(success(result=result)).series == ()


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b"[]", b"null", b'{"status": "success", "data": {"resu', b'{"status": "success", "data": null}',
     b'{"status": "success", "data": {"result": {}}}', b'{"data": {"result": [], "resultType": 7.5}}'],
    ids=str,
)  # fmt: skip
def test_an_answer_that_is_none_is_asked_for_again_at_the_next_poll(body):
    with pytest.raises(RetriableSourceError):
        ask(httpx.Response(200, content=body))


def test_a_part_of_an_answer_is_none():
    with pytest.raises(RetriableSourceError, match="answers with a part of its data"):
        ask(httpx.Response(200, json={"status": "success", "isPartial": True, "data": {"result": []}}))


def test_a_scalar_is_a_series_without_labels():
    answer = client(success(resultType="scalar", result=[T.timestamp(), "4"]))
    (series,) = ask_now(answer, "4").series
    assert (series.labels, series.points) == ({}, ((T, "4"),))


def test_warnings_are_kept():
    body = {"status": "success", "warnings": ["a\nb"], "data": {"resultType": "matrix", "result": []}}
    assert ask(httpx.Response(200, json=body)).warnings == ("a b",)


def said(error, kind="bad_data"):
    return {"status": "error", "errorType": kind, "error": error}


@pytest.mark.parametrize(
    ("status", "answer", "error", "words"),
    [
        pytest.param(
            400,
            {"json": said('invalid parameter "query": 1:5: parse error: unexpected end of input')},
            SkippableSourceError,
            'refuses: bad_data: invalid parameter "query": 1:5: parse error: unexpected end of input',
            id="a mistake in the expression, in Prometheus' own words",
        ),
        pytest.param(
            422,
            {"json": said("query processing would load too many samples into memory", "execution")},
            SkippableSourceError,
            "refuses: execution: query processing would load too many samples",
            id="an expression that is too costly",
        ),
        pytest.param(
            503, {"json": said("query timed out", "timeout")}, RetriableSourceError, "query timed out", id="too slow"
        ),
        pytest.param(
            401, {"text": "no org id\n"}, FatalSourceError, "answers 401: no org id", id="no tenant, says Mimir"
        ),
        pytest.param(404, {"text": "not found"}, SkippableSourceError, "`url` is what stands before", id="no API"),
        pytest.param(502, {"html": "<h1>Bad gateway</h1>"}, RetriableSourceError, "answers 502", id="a proxy"),
        pytest.param(200, {"html": "<html>Sign in</html>"}, FatalSourceError, "a page for people", id="a login"),
    ],
)
def test_a_refusal_says_what_happens_next(status, answer, error, words):
    with pytest.raises(error) as caught:
        ask(httpx.Response(status, **answer))
    assert words in str(caught.value)
