"""What Prometheus remembers of alerts becomes the incidents that Alertmanager would have pushed."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.merge import merge
from scorecard_exporter.sources.alertmanager.incidents import Naming, fingerprint, incident
from scorecard_exporter.sources.alertmanager.spans import Span, resolved_at, spans
from systems.alertmanager import FakeRules, named

AT = datetime(2026, 6, 1, tzinfo=UTC)
T = datetime(2026, 5, 1, 10, 0, 7, 632_000, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def minutes(*numbers):
    return [T + number * MINUTE for number in numbers]


@pytest.mark.parametrize(
    ("known", "samples", "expected"),
    [
        pytest.param([], [], [], id="it never fired"),
        pytest.param([], [0], [(0, 0)], id="one evaluation"),
        pytest.param([], [0, 1, 2], [(0, 2)], id="three in a row"),
        pytest.param([], [0, 1, 3, 4], [(0, 1), (3, 4)], id="one evaluation without: it was resolved, and fired anew"),
        pytest.param([(0, 2)], [3, 4], [(0, 4)], id="it goes on"),
        pytest.param([(0, 2)], [1, 2, 3], [(0, 3)], id="what is known is not read twice"),
        pytest.param([(0, 2)], [5], [(0, 2), (5, 5)], id="another time"),
        pytest.param([(0, 2), (5, 6)], [1, 2, 5, 6, 7], [(0, 2), (5, 7)], id="two known, and the second goes on"),
        pytest.param([(0, 2)], [], [(0, 2)], id="nothing new"),
    ],
)
def test_samples_in_a_row_are_one_incident(known, samples, expected):
    """At one evaluation a minute; in minutes."""
    found = spans([Span(*minutes(*pair)) for pair in known], minutes(*samples), MINUTE)
    assert found == [Span(*minutes(*pair)) for pair in expected]


@pytest.mark.parametrize(
    ("until", "resolved"),
    [(2, None), (3, None), (4.9, None), (5, 3), (60, 3)],
)
def test_it_is_resolved_at_the_evaluation_after_the_last(until, resolved):
    """As Prometheus tells Alertmanager; once its samples had two minutes to arrive. In minutes."""
    found = resolved_at(Span(*minutes(0, 2)), MINUTE, T + until * MINUTE)
    assert found == (None if resolved is None else T + resolved * MINUTE)


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        # FNV-1a of nothing is its offset.
        ({}, "cbf29ce484222325"),
        # Taken from notifications of Alertmanager 0.25.
        (
            {"alertname": "Always", "cluster": "eu", "service": "checkout", "severity": "page", "team": "a b"},
            "08692f668a3731cc",
        ),
        ({"severity": "warning", "service": "catalog", "cluster": "eu", "alertname": "Flap"}, "af13bd255ce9310e"),
    ],
    ids=str,
)
def test_the_fingerprint_is_that_of_alertmanager(labels, expected):
    assert fingerprint(labels) == expected


def read(source, cursor=None, at=AT):
    """The only stream, to its end: ({(origin, key): incident}, last batch, steps)."""
    (stream,) = source.streams
    found, steps, last = {}, 0, None
    while last is None or not last.progress.is_finished:
        for last in stream.read(cursor, at):
            for one in last.records:
                address = one.origin, one.key
                found[address] = merge(found.get(address), one) if last.is_partial else one
            cursor = last.cursor
        steps += 1
    return found, last, steps


def times(found):
    return sorted((origin.partition(":")[2], one.began_at, one.resolved_at) for (origin, _), one in found.items())


def test_two_years_are_read(build):
    found, last, steps = read(build())
    start = datetime(2024, 6, 3, 9, 0, 7, 632_000, tzinfo=UTC)
    expected = [("catalog", datetime(2026, 5, 29, 22, 0, 7, 632_000, tzinfo=UTC), None)]
    for number in range(8):
        begin = start + number * 85 * DAY
        expected.append(("checkout", begin, begin + timedelta(minutes=61)))
    assert times(found) == expected
    assert steps == 105  # weeks
    assert last.coverage
    assert {(one.origin, one.from_at, one.to_at) for one in last.coverage} == {
        (f"alerts:{thing}", AT - 730 * DAY, AT) for thing in ("basket", "catalog", "checkout")
    }


def test_a_week_costs_a_request_and_a_poll_one_for_the_rules(build, system):
    source = build()
    _, last, steps = read(source)
    paths = [request.url.path for request in system.requests]
    assert paths.count("/api/v1/query") == steps
    assert paths.count("/api/v1/rules") == 1
    system.requests.clear()
    read(source, last.cursor, AT + 5 * MINUTE)
    assert [request.url.path for request in system.requests] == ["/api/v1/query", "/api/v1/rules"]


def test_an_alert_that_fires_for_weeks_keeps_its_beginning(build, system):
    begin = T - 10 * DAY
    system.handle.fired = {named("Down"): [(begin, T + 30 * DAY)]}
    source = build()
    found, last, _ = read(source, at=T)
    assert times(found) == [("checkout", begin, None)]
    found, _, _ = read(source, last.cursor, T + 25 * DAY)
    assert times(found) == [("checkout", begin, None)]


def test_what_is_resolved_and_what_is_new_is_read_at_the_next_poll(build, system):
    source = build()
    grown = datetime(2026, 5, 31, 12, 0, 7, 632_000, tzinfo=UTC)
    _, last, _ = read(source, at=grown - 30 * MINUTE)
    system.grow()
    found, _, _ = read(source, last.cursor)
    begun = datetime(2026, 5, 29, 22, 0, 7, 632_000, tzinfo=UTC)
    down = [one for one in times(found) if one[0] == "catalog"]
    # Its rule is evaluated every five minutes; the last evaluation at which it fires is at noon.
    assert down == [("catalog", begun, grown + 5 * MINUTE)]
    assert ("checkout", grown, grown + 61 * MINUTE) in times(found)


def test_reading_in_two_steps_is_reading_in_one(build, system):
    system.handle.fired = {
        named("Flap"): [(T + number * 7 * MINUTE, T + (number * 7 + number % 5) * MINUTE) for number in range(200)]
    }
    system.handle.groups = {"Flap": MINUTE}
    whole, _, _ = read(build(), at=T + DAY)
    assert len(whole) == 200
    source = build()
    found, last, _ = read(source, at=T)
    for number in range(1, 300):
        more, last, _ = read(source, last.cursor, T + number * 5 * MINUTE)
        found |= {address: merge(found.get(address), one) for address, one in more.items()}
    found = {address: (one.began_at, one.resolved_at) for address, one in found.items()}
    assert found == {address: (one.began_at, one.resolved_at) for address, one in whole.items()}


def test_a_resolution_that_was_pushed_is_not_undone(build, system):
    """Prometheus' samples of it may not be read as its end yet."""
    system.handle.fired = {named("Slow"): [(T, T + 10 * MINUTE)]}
    (polled,) = read(build(), at=T + 11 * MINUTE)[0].values()
    assert polled.resolved_at is None
    pushed = incident(Naming("alerts", "service"), dict(named("Slow")), T, T + 11 * MINUTE, "http://p")
    assert (pushed.origin, pushed.key) == (polled.origin, polled.key)
    assert merge(pushed, polled).resolved_at == T + 11 * MINUTE
    assert all(batch.is_partial for batch in next(iter(build().streams)).read(None, AT))


def test_external_labels_are_those_of_alertmanager(build, system):
    system.handle.fired = {named("Slow"): [(T, T + MINUTE)]}
    ((_, bare),) = read(build())[0]
    ((_, whole),) = read(build(prometheus={"external_labels": {"cluster": "eu"}}))[0]
    assert bare.partition("/")[0] == fingerprint(dict(named("Slow")))
    assert whole.partition("/")[0] == fingerprint(dict(named("Slow", cluster="eu")))


def test_rules_that_are_gone_were_evaluated_as_configured(build, system):
    system.handle.fired = {named("Gone"): [(T, T + 30 * MINUTE)]}
    system.handle.groups, system.handle.default = {}, 10 * MINUTE
    assert times(read(build(prometheus={"evaluation_interval": "10m"}))[0]) == [("checkout", T, T + 40 * MINUTE)]


def test_where_no_rules_can_be_seen_the_past_is_not_guessed(build, system):
    """With a wrong interval one alert would become many."""
    system.handle.fired = {named("Slow"): [(T, T + 30 * MINUTE)]}
    system.handle.has_rules = False
    with pytest.raises(SkippableSourceError, match="api/v1/rules is not there"):
        read(build())


@pytest.mark.parametrize("body", [{}, {"data": None}, {"data": {"groups": 7}}], ids=str)
def test_rules_that_cannot_be_read_are_not_taken_for_none(build, system, body):
    """With a wrong interval one alert would become many."""

    def handler(request):
        return httpx.Response(200, json=body) if request.url.path.endswith("rules") else system.handle(request)

    (stream,) = build(handler, history="7d").streams
    with pytest.raises(RetriableSourceError):
        next(stream.read(None, datetime(2024, 6, 8, tzinfo=UTC)))


@pytest.mark.parametrize("interval", [None, "soon", 0, -5, 1e300], ids=str)
def test_a_group_of_rules_that_cannot_be_read_is_told_and_the_others_count(build, system, interval):
    sound = {"interval": 60, "rules": [{"name": "Slow", "type": "alerting"}]}
    body = {"data": {"groups": [{"interval": interval, "rules": []}, sound]}}
    system.handle.fired = {named("Slow"): [(T, T + 30 * MINUTE)]}

    def handler(request):
        return httpx.Response(200, json=body) if request.url.path.endswith("rules") else system.handle(request)

    (stream,) = build(handler, history="7d").streams
    (problem,) = {one for batch in stream.read(None, T + 60 * MINUTE) for one in batch.problems}
    assert problem.message.startswith("a group of rules of alerts: could not be read: interval is")


@pytest.mark.parametrize(
    ("changed", "drops"),
    [
        ({}, ()),
        ({"history": "3y"}, ()),
        ({"things": ["other"]}, ()),
        ({"thing": "team"}, ("catalog", "checkout")),
        ({"prometheus": {"external_labels": {"cluster": "eu"}}}, ("catalog", "checkout")),
        ({"prometheus": {"selector": 'ALERTS{alertstate="firing",severity="page"}'}}, ("catalog", "checkout")),
    ],
    ids=str,
)
def test_what_was_made_otherwise_is_dropped_and_read_anew(build, changed, drops):
    _, last, _ = read(build())
    (stream,) = build(**changed).streams
    first = next(stream.read(last.cursor, AT + MINUTE))
    assert first.replace == tuple((f"alerts:{thing}", "incident") for thing in drops)


def test_more_history_is_read_from_its_beginning(build):
    _, last, _ = read(build(history="1y"))
    found, last, _ = read(build(history="2y"), last.cursor)
    assert len(found) == 9
    assert {one.from_at for one in last.coverage} == {AT - 730 * DAY}


@pytest.mark.parametrize("cursor", ["", "nonsense", "{}", "[]", "null", "[1, 2, 3, 4, 5]", '["a", 1, 2, 3, [[1, 2]]]'])
def test_a_cursor_of_another_version_is_read_as_none(build, cursor):
    assert read(build(), cursor)[0] == read(build())[0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json={"status": "success"}), RetriableSourceError),
        (httpx.Response(200, content=b'{"status": "succ'), RetriableSourceError),
        (httpx.Response(422, json={"errorType": "execution", "error": "too many samples"}), SkippableSourceError),
        (httpx.Response(500, text="oops"), RetriableSourceError),
    ],
    ids=["no data", "cut off", "too costly", "broken"],
)
def test_an_answer_that_is_none_moves_nothing(build, answer, error):
    (stream,) = build(lambda _: answer).streams
    with pytest.raises(error):
        next(stream.read(None, AT))


def test_warnings_and_what_could_not_be_read_are_told(build):
    body = {"status": "success", "warnings": ["store down"], "data": {"resultType": "matrix", "result": [None]}}
    (stream,) = build(lambda _: httpx.Response(200, json=body)).streams
    *_, last = stream.read(None, AT)
    assert [problem.code for problem in last.problems] == ["warning", "malformed"]


def test_inspection_shows_the_rules_and_what_fires(build):
    seen = build().inspect()
    assert seen.account == "Prometheus API 2.42.0, asked by the bearer of a token"
    assert [(one.sort, dict(one.names)) for one in seen.seen] == [
        ("alerts", {"Down": None, "Slow": None}),
        ("firing now", {"alerts:catalog": 1}),
    ]


def test_two_alerts_that_fire_at_once_are_two(build, system):
    system.handle.fired = {named("Slow", pod="a"): [(T, T)], named("Slow", pod="b"): [(T, T)]}
    assert isinstance(system.handle, FakeRules)
    assert len(read(build())[0]) == 2
