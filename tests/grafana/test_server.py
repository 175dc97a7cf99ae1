"""The data source as a server: who is answered, what is refused, and that nothing holds up the exporter."""

import asyncio
import json
import logging
import socket
import stat
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import grpc
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from frames import checked, decode
from plugin import TOKEN, Grafana, RefusedQueryError, serving
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ScorecardError, StoreError
from scorecard_exporter.grafana import asking
from scorecard_exporter.grafana.access import MISSING, WRONG, read_token
from scorecard_exporter.grafana.answering import READING_AT_ONCE, Answering
from scorecard_exporter.grafana.counts import Counts
from scorecard_exporter.grafana.pluginv2 import backend_pb2, health_pb2, health_pb2_grpc
from scorecard_exporter.grafana.server import MOST_QUERIES, answering
from scorecard_exporter.grafana.shared_socket import SharedSocket
from scorecard_exporter.measures.happenings import Happenings
from scorecard_exporter.scorecard.history import collect
from scorecard_exporter.scorecard.model import Snapshot


@dataclass
class Standing:
    """An exporter that stands still: it has this configuration and this snapshot, and no store."""

    configuration: Configuration
    snapshot: Snapshot | None
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    starting: str = "working out the numbers"
    failure: str = ""
    notices: tuple = ()
    trouble: Exception | None = None
    gate: asyncio.Event | None = None

    async def history(self, _):
        if self.gate:
            await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return collect([self.snapshot])

    async def happenings(self, _kinds, **_asked):
        return Happenings()

    async def reviews(self, _scorecard):
        return ()


@pytest.fixture
def standing(grafana, service):  # noqa: ARG001  it has been started then
    """The company's exporter, at one moment."""
    return Standing(service.configuration, service.snapshot)


@pytest.fixture
def ask(standing, tmp_path):
    """Grafana as it asks that exporter."""
    with serving(standing, tmp_path / "plugin.sock") as client:
        yield client


@pytest.mark.parametrize(
    ("token", "sentence"),
    [(None, MISSING), ("", MISSING), ("another", WRONG), (f"{TOKEN} ", WRONG), ("\N{KEY}", WRONG)],
)
def test_who_has_not_the_token_gets_a_sentence_and_nothing_else(ask, token, sentence):
    """For data, for choices and under Save & test; what is missing is told apart from what is wrong."""
    stranger = Grafana(ask.socket, token)
    with pytest.raises(RefusedQueryError) as refused:
        stranger.ask("scorecard")
    assert (str(refused.value), refused.value.status, refused.value.source) == (sentence, 403, "downstream")
    assert stranger.call("scorecards") == (403, {"message": sentence})
    health = stranger.health()
    assert (health.status, health.message, health.jsonDetails) == (health.ERROR, sentence, b"{}")
    stranger.close()
    assert TOKEN not in sentence
    reason = "token_wrong" if token else "token_missing"
    assert f'scorecard_grafana_refusals_total{{reason="{reason}"}} 3.0' in ask.metrics()


def test_health_says_what_there_is(ask, standing):
    standing.notices = ("Source shop could not be read: nobody answers",)
    health = ask.health()
    assert health.status == health.OK, "the last numbers are served"
    assert health.message.startswith("Engineering Scorecard 0.1.0: 1 scorecard, worked out 20")
    assert health.message.endswith("UTC. Source shop could not be read: nobody answers")
    details = json.loads(health.jsonDetails)
    assert (details["version"], details["scorecards"]) == ("0.1.0", ["engineering"])


def test_health_says_that_the_plugin_is_another_version(ask):
    ask.version = "0.0.9"
    health = ask.health()
    assert health.status == health.ERROR
    assert "The plugin in Grafana is version 0.0.9, the exporter 0.1.0" in health.message


def test_health_says_that_the_last_evaluation_failed(ask, standing):
    standing.failure = "The numbers could not be worked out anew, the last ones are shown: the disk is full"
    standing.notices = (standing.failure,)
    health = ask.health()
    assert health.status == health.ERROR
    assert standing.failure in health.message


def test_an_exporter_that_starts_says_so_and_answers_when_it_has_numbers(ask, standing):
    snapshot, standing.snapshot = standing.snapshot, None
    sentence = "The exporter is starting: working out the numbers."
    for kind in asking.KINDS:
        with pytest.raises(RefusedQueryError) as refused:
            ask.ask(kind)
        assert (str(refused.value), refused.value.status) == (sentence, 503)
    assert ask.call("teams") == (503, {"message": sentence})
    assert (ask.health().status, ask.health().message) == (2, sentence)
    standing.snapshot = snapshot
    assert ask.one("scorecard").size == 8


def test_what_nobody_expected_is_a_sentence_there_and_a_traceback_in_the_log(ask, standing, caplog):
    standing.trouble = ZeroDivisionError("secret inner words")
    with pytest.raises(RefusedQueryError) as refused:
        ask.ask("history")
    assert str(refused.value) == "The exporter could not answer this: its log says why."
    assert (refused.value.status, refused.value.source) == (500, "plugin")
    assert "ZeroDivisionError" in caplog.text
    assert 'scorecard_grafana_query_failures_total{query="history",reason="error"} 1.0' in ask.metrics()


def test_an_error_that_is_meant_for_people_is_told_to_them(ask, standing):
    standing.trouble = StoreError("The store is closed.")
    with pytest.raises(RefusedQueryError, match=r"The store is closed\.") as refused:
        ask.ask("history")
    assert refused.value.status == 503


def test_a_store_that_is_busy_is_waited_for_only_so_long(standing):
    """Grafana gives up by itself after half a minute, with words of its own that help nobody."""

    async def answer():
        standing.gate = asyncio.Event()
        with ThreadPoolExecutor(1) as pool:
            answerer = Answering(standing, pool, Counts(CollectorRegistry()), patience=0.01)
            return await answerer.answer(query("history"))

    response = asyncio.run(answer())
    assert response.error.startswith("The exporter is busy and gave no answer in time")
    assert (response.status, response.errorSource) == (504, "downstream")


def test_an_answer_that_grows_too_large_is_cut_with_a_sentence(standing):
    """A hundred queries for all that there is would be more than the exporter's memory."""
    with ThreadPoolExecutor(2) as pool:
        answerer = Answering(standing, pool, Counts(CollectorRegistry()), largest=100_000)
        answers = asyncio.run(answerer.answers([query("scorecard", f"R{number}") for number in range(40)]))
    assert [one.status for one in answers] == sorted(one.status for one in answers)
    assert {one.status for one in answers} == {200, 413}
    assert sum(len(raw) for one in answers for raw in one.frames) <= 100_000
    assert answers[-1].error.startswith("All that this panel asks for is more than 64 MB")


def test_a_few_queries_at_a_time_read_the_store(standing):
    """The others wait; the pages and the API are answered by the same threads."""
    running, most = 0, 0

    async def happenings(_kinds, **_asked):
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Happenings()

    async def answer():
        with ThreadPoolExecutor(1) as pool:
            answerer = Answering(standing, pool, Counts(CollectorRegistry()))
            return await asyncio.gather(*(answerer.answer(query("events")) for _ in range(20)))

    standing.happenings = happenings
    assert {response.status for response in asyncio.run(answer())} == {200}
    assert most == READING_AT_ONCE


def query(kind, ref="A", **keys):
    span = backend_pb2.TimeRange(fromEpochMS=1_700_000_000_000, toEpochMS=2_000_000_000_000)
    return backend_pb2.DataQuery(
        refId=ref, queryType=kind, json=json.dumps(keys).encode(), timeRange=span, maxDataPoints=50
    )


def test_one_query_that_fails_leaves_the_others_alone(ask):
    responses = ask.send(query("scorecard", "A"), query("nonsense", "B"), query("map", "C"))
    assert {ref: bool(response.error) for ref, response in responses.items()} == {"A": False, "B": True, "C": False}
    assert len(responses["C"].frames) == 2


def test_too_many_queries_in_one_call_are_refused(ask):
    responses = ask.send(*(query("scorecard", f"R{number}") for number in range(MOST_QUERIES + 1)))
    assert len(responses) == MOST_QUERIES + 1
    assert {one.error for one in responses.values()} == {"101 queries at once; at most 100 are answered."}


def test_a_request_that_is_too_large_is_refused_and_the_next_one_answered(ask):
    with pytest.raises(grpc.RpcError) as refused:
        ask.ask("scorecard", team="x" * 2_000_000)
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert ask.one("scorecard").size == 8


def test_200_panels_at_once_are_answered_right_and_nothing_is_made_on_the_loop(ask, monkeypatch):
    """What is built, searched and encoded is in a thread of its own; the loop only waits."""
    threads = Counter()

    def watched(kind):
        async def asked(exporter, question, aside):
            assert threading.current_thread().name == "loop"

            def beside(work):
                return aside(lambda: noted(work))

            build = await kind(exporter, question, beside)
            return lambda: noted(build)

        return asked

    def noted(work):
        threads[threading.current_thread().name.partition("_")[0]] += 1
        return work()

    alone = {
        kind: ask.send(query(kind))["A"] for kind in ("scorecard", "history", "map", "teams", "events", "initiatives")
    }
    for kind in alone:
        monkeypatch.setitem(asking.KINDS, kind, watched(asking.KINDS[kind]))
    kinds = [*alone] * 34
    request = [backend_pb2.QueryDataRequest(pluginContext=ask.context(), queries=[query(kind)]) for kind in kinds]
    calls = [ask.data.QueryData.future(one, timeout=60) for one in request]
    for kind, call in zip(kinds, calls, strict=True):
        response = call.result().responses["A"]
        assert response == alone[kind], kind
        checked([decode(raw) for raw in response.frames])
    assert set(threads) == {"grafana"}
    assert threads.total() > 200


def test_nothing_of_the_viewer_is_logged_or_kept(ask, standing, caplog):
    """Name, login and address come with every call."""
    caplog.set_level(logging.DEBUG)
    ask.one("scorecard")
    ask.call("teams")
    ask.health()
    standing.trouble = ValueError("something")
    with pytest.raises(RefusedQueryError):
        ask.ask("history")
    assert "vilma" not in caplog.text.lower()
    assert TOKEN not in caplog.text
    assert "vilma" not in ask.metrics().lower()


def test_shutdown_is_not_obeyed(ask):
    """Grafana says it to every plugin when it stops; the exporter is not Grafana's."""
    shutdown = ask.channel.unary_unary("/plugin.GRPCController/Shutdown")
    with pytest.raises(grpc.RpcError) as refused:
        shutdown(b"", timeout=10)
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert ask.one("scorecard").size == 8


def test_probes_are_answered_without_a_token(ask):
    stub = health_pb2_grpc.HealthStub(ask.channel)
    for service in ("", "plugin"):
        response = stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=10)
        assert response.status == response.SERVING
    with pytest.raises(grpc.RpcError) as refused:
        stub.Check(health_pb2.HealthCheckRequest(service="other"), timeout=10)
    assert refused.value.code() is grpc.StatusCode.NOT_FOUND


def test_its_own_metrics_are_the_exporters_too(ask, standing):
    ask.one("scorecard")
    assert 'scorecard_grafana_queries_total{query="scorecard"} 1.0' in ask.metrics()
    assert standing.registry.get_sample_value("scorecard_grafana_queries_total", {"query": "scorecard"}) == 1
    assert standing.registry.get_sample_value("scorecard_grafana_query_seconds_total", {"query": "scorecard"}) > 0


CHOICES = [
    ("scorecards", {"engineering": 'Engineering "2026"'}),
    ("teams", {"company": "company", "payments": "Paying", "search": "search"}),
    ("teams?scorecard=engineering", {"company": "company", "payments": "Paying", "search": "search"}),
    ("teams?scorecard=$__all", {"company": "company", "payments": "Paying", "search": "search"}),
    ("perspectives?scorecard=engineering&team=search", {"business": "Business", "excellence": "Excellence"}),
    ("measures?perspective=business", {"cloud_cost": "Cloud cost"}),
    ("measures?perspective={business}&team=payments,search&unknown=1", {"cloud_cost": "Cloud cost"}),
]


@pytest.mark.parametrize(("path", "choices"), CHOICES, ids=[path for path, _ in CHOICES])
def test_variables_are_offered_what_there_is(ask, path, choices):
    assert ask.choices(path) == choices


def test_the_measures_are_those_of_the_perspectives_that_are_named(ask):
    every = ask.choices("measures")
    assert len(every) == 8
    assert ask.choices("measures?perspective=business,excellence") == every
    assert ask.choices("measures?perspective=All") == every


REFUSED = [
    ("", "GET", 404),
    ("/scorecards", "GET", 404),
    ("scorecards/", "GET", 404),
    ("../scorecards", "GET", 404),
    ("scorecards/../teams", "GET", 404),
    ("Teams", "GET", 404),
    ("teams?scorecard=nothing", "GET", 404),
    ("perspectives?team=nobody", "GET", 404),
    ("measures?perspective=nothing", "GET", 404),
    ("teams?" + "&".join(f"a{number}=1" for number in range(200)), "GET", 400),
    ("teams?scorecard=" + "x" * 20_000, "GET", 414),
    ("scorecards", "POST", 405),
    ("scorecards", "DELETE", 405),
]


@pytest.mark.parametrize(
    ("path", "method", "status"), REFUSED, ids=[f"{method} {path[:30]}" for path, method, _ in REFUSED]
)
def test_what_is_no_choice_is_refused_with_a_sentence(ask, path, method, status):
    """Paths come decoded and unchecked from any viewer's browser."""
    found, body = ask.call(path, method=method)
    assert found == status
    assert body["message"].endswith(".")


@pytest.fixture
def crowd(standing):
    """The scorecard of 10,000 teams."""
    first = standing.snapshot.scorecards[0]
    names = tuple(f"team-{number}" for number in range(10_000))
    scorecard = replace(first.scorecard, teams=names)
    cards = tuple(replace(first, scorecard=scorecard, team=name, team_title=name, parent="") for name in names)
    standing.snapshot = replace(standing.snapshot, scorecards=cards)
    return standing


CROWDED = [
    ("teams", {}, 10_000, ""),
    ("scorecard", {"team": "All"}, 20_000, "7,500 more teams are not shown: name those that you want to see."),
    ("scorecard", {"team": "All", "format": "total"}, 10_000, ""),
    (
        "scorecard",
        {"team": "All", "format": "wide"},
        1,
        "9,750 more teams are not shown: name those that you want to see.",
    ),
]


@pytest.mark.parametrize(("kind", "keys", "size", "notice"), CROWDED, ids=range(len(CROWDED)))
def test_of_10_000_teams_as_much_is_shown_as_a_panel_can_hold(crowd, tmp_path, kind, keys, size, notice):
    with serving(crowd, tmp_path / "plugin.sock") as client:
        frame = client.one(kind, **keys)
    assert frame.size == size
    assert frame.notices == ([notice] if notice else [])


def test_of_10_000_teams_a_mistake_is_told_in_a_short_sentence(crowd, tmp_path):
    with serving(crowd, tmp_path / "plugin.sock") as client:
        for keys in ({"team": "taem-7"}, {"team": "All"}):
            with pytest.raises(RefusedQueryError) as refused:
                client.ask("history", **keys)
            assert len(str(refused.value)) <= 600
        assert len(client.choices("teams")) == 10_000


names = st.sampled_from(
    [
        "engineering",
        "payments",
        "company,search",
        "All",
        "$__all",
        "",
        "nobody",
        "{a,b}",
        "cloud_cost",
        "\x00",
        "x" * 300,
    ]
) | st.text(max_size=20)
words = st.sampled_from(
    [
        "table",
        "wide",
        "numeric",
        "long",
        "multi",
        "total",
        "score",
        "status",
        "value",
        "day",
        "auto",
        "7",
        "deployment",
        "stages",
    ]
)
keys = st.dictionaries(st.sampled_from(["scorecard", "team", "perspective", "measure"]), names, max_size=3)
options = st.dictionaries(
    st.sampled_from(["format", "show", "step", "limit", "kind", "part"]), words | names, max_size=2
)
moments = st.integers(min_value=-(2**63), max_value=2**63 - 1) | st.integers(
    min_value=1_700_000_000_000, max_value=1_800_000_000_000
)


@given(
    kind=st.sampled_from(["scorecard", "history", "map", "teams", "events", "initiatives"]),
    keys=keys,
    options=options,
    first=moments,
    last=moments,
    most=st.integers(min_value=-(2**63), max_value=2**63 - 1),
)
def test_whatever_is_asked_is_answered_by_frames_or_by_a_sentence(steady, kind, keys, options, first, last, most):
    """Never by an error that nobody foresaw, and never by a frame that Grafana would stumble over."""
    span = backend_pb2.TimeRange(fromEpochMS=first, toEpochMS=last)
    asked = backend_pb2.DataQuery(
        refId="A", queryType=kind, json=json.dumps(keys | options).encode(), timeRange=span, maxDataPoints=most
    )
    response = steady(asked)
    assert response.status in {200, 400, 404}, response.error
    if response.status == 200:
        checked([decode(raw) for raw in response.frames])
    else:
        assert response.error


@pytest.fixture(scope="module")
def steady(grafana, service):  # noqa: ARG001  it has been started then
    """Answers one query without a socket."""
    exporter = Standing(service.configuration, service.snapshot)
    with ThreadPoolExecutor(1) as pool, asyncio.Runner() as runner:
        answerer = Answering(exporter, pool, Counts(CollectorRegistry()))
        yield lambda query: runner.run(answerer.answer(query))


def serve_once(exporter, path):
    """Serve and stop at once; what lies at the path while it serves."""

    async def serve():
        async with answering(exporter, path, SecretStr(TOKEN)):
            return path.stat()

    return asyncio.run(serve())


def test_the_socket_is_for_owner_and_group_and_its_folder_is_made(standing, tmp_path):
    path = tmp_path / "a/b/plugin.sock"
    found = serve_once(standing, path)
    assert stat.S_ISSOCK(found.st_mode)
    assert stat.S_IMODE(found.st_mode) == 0o660
    assert list(path.parent.iterdir()) == [], "nothing is left when it stops"


def test_what_an_earlier_run_left_is_replaced_by_another_file(standing, tmp_path):
    """Grafana's side watches the file, and connects anew when it is another one."""
    path = tmp_path / "plugin.sock"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    before = path.stat().st_ino
    assert serve_once(standing, path).st_ino != before
    assert not path.exists()


def test_a_socket_that_another_exporter_put_there_meanwhile_is_left(tmp_path):
    ours, theirs = SharedSocket(tmp_path / "plugin.sock"), tmp_path / "theirs"
    ours.draft.touch()
    ours.publish()
    theirs.touch()
    theirs.replace(ours.path)
    ours.remove()
    assert ours.path.exists()


def test_a_socket_on_which_somebody_listens_is_not_taken_away(standing, tmp_path):
    with serving(standing, tmp_path / "plugin.sock") as client:
        with pytest.raises(ScorecardError, match="another process listens there"):
            serve_once(Standing(standing.configuration, standing.snapshot), tmp_path / "plugin.sock")
        assert client.one("scorecard").size == 8


def test_something_else_at_the_path_is_left_alone(standing, tmp_path):
    path = tmp_path / "plugin.sock"
    path.write_text("mine")
    with pytest.raises(ScorecardError, match="something else than a socket"):
        serve_once(standing, path)
    assert path.read_text() == "mine"


def test_a_folder_that_takes_no_socket_is_refused_in_words(standing):
    with pytest.raises(ScorecardError, match="no socket can be made in this folder"):
        serve_once(standing, Path("/proc/self/plugin.sock"))


def test_a_path_that_is_too_long_is_refused_in_words(standing, tmp_path):
    with pytest.raises(ScorecardError, match="too long"):
        serve_once(standing, tmp_path / ("x" * 120))


def token_file(folder, text="a token\n", mode=0o640):
    path = folder / "token"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def test_the_token_is_the_line_in_the_file(tmp_path):
    assert read_token(token_file(tmp_path)).get_secret_value() == "a token"


@pytest.mark.parametrize(
    ("text", "mode", "sentence"),
    [
        ("", 0o600, "one line of text is needed"),
        (" \n\n", 0o600, "one line of text is needed"),
        ("a\nb", 0o600, "one line of text is needed"),
        (b"\xff\xfe", 0o600, "one line of text is needed"),
        ("x" * 5_000, 0o600, "one line of text is needed"),
        ("hidden", 0o644, "others may use the file"),
        ("hidden", 0o602, "others may use the file"),
    ],
)
def test_a_token_file_that_will_not_do_is_refused(tmp_path, text, mode, sentence):
    with pytest.raises(ScorecardError, match=sentence) as refused:
        read_token(token_file(tmp_path, text, mode))
    assert "hidden" not in str(refused.value)


def test_a_missing_token_file_is_refused(tmp_path):
    with pytest.raises(ScorecardError, match="No such file"):
        read_token(tmp_path / "none")
