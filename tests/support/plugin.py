"""Grafana's side of the data source: a client that asks as Grafana does, and an exporter to ask."""

import asyncio
import json
import threading
from contextlib import AsyncExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import grpc
from pydantic import SecretStr

from frames import checked, decode
from scorecard_exporter.grafana.pluginv2 import backend_pb2, backend_pb2_grpc
from scorecard_exporter.grafana.server import answering

TOKEN = "a-token-for-tests"  # noqa: S105  of an exporter that exists during a test
VIEWER = b"\x0a\x05vilma\x12\x0cVilma Viewer\x1a\x11vilma@example.org\x22\x06Viewer"
"""A user message: login, name, e-mail and role, as Grafana sends with every call."""
REF = "A"


class RefusedQueryError(Exception):
    """A query that got an error for an answer."""

    def __init__(self, response):
        super().__init__(response.error)
        self.status, self.source = response.status, response.errorSource


class Grafana:
    """Asks over a socket. Times are aware; by default the last 30 days."""

    def __init__(self, socket, token=TOKEN, version="0.1.0"):
        self.socket, self.token, self.version = socket, token, version
        self.channel = grpc.insecure_channel(f"unix:{socket}", options=[("grpc.max_receive_message_length", -1)])
        self.data = backend_pb2_grpc.DataStub(self.channel)
        self.diagnostics = backend_pb2_grpc.DiagnosticsStub(self.channel)
        self.resource = backend_pb2_grpc.ResourceStub(self.channel)

    def context(self):
        secrets = {} if self.token is None else {"token": self.token}
        settings = backend_pb2.DataSourceInstanceSettings(
            uid="scorecard-datasource", name="Scorecard", jsonData=b"{}", decryptedSecureJsonData=secrets
        )
        context = backend_pb2.PluginContext(
            orgId=1, pluginId="scorecard-datasource", dataSourceInstanceSettings=settings, pluginVersion=self.version
        )
        # The user is a field that the exporter's own protocol leaves out.
        context.MergeFromString(b"\x1a" + bytes([len(VIEWER)]) + VIEWER)
        return context

    def target(self, kind, keys, *, ref=REF, raw=None, since=None, until=None, points=1000):
        until = until or datetime.now(UTC)
        since = since or until - timedelta(days=30)
        target = {"refId": ref, "datasource": {"type": "scorecard-datasource"}, "queryType": kind, **keys}
        return backend_pb2.DataQuery(
            refId=ref,
            queryType=kind,
            json=json.dumps(target).encode() if raw is None else raw,
            maxDataPoints=points,
            intervalMS=60_000,
            timeRange=backend_pb2.TimeRange(
                fromEpochMS=round(since.timestamp() * 1000), toEpochMS=round(until.timestamp() * 1000)
            ),
        )

    def send(self, *targets):
        """The responses to queries of one call, by their letters."""
        request = backend_pb2.QueryDataRequest(pluginContext=self.context(), queries=targets)
        return self.data.QueryData(request, timeout=60).responses

    def ask(self, query, *, since=None, until=None, points=1000, raw=None, **keys):
        """The frames of a query, checked against Grafana's rules.

        Raises:
            RefusedQueryError: it got an error.
        """
        response = self.send(self.target(query, keys, raw=raw, since=since, until=until, points=points))[REF]
        if response.error:
            raise RefusedQueryError(response)
        frames = checked([decode(raw) for raw in response.frames])
        assert all(frame.ref_id == REF for frame in frames)
        return frames

    def one(self, query, **keys):
        """The only frame of a query."""
        (frame,) = self.ask(query, **keys)
        return frame

    def call(self, path, *, method="GET"):
        """Status and body of a resource; `path` may have parameters."""
        name, _, _ = path.partition("?")
        request = backend_pb2.CallResourceRequest(pluginContext=self.context(), path=name, url=path, method=method)
        (response,) = self.resource.CallResource(request, timeout=60)
        assert response.headers["Content-Type"].values == ["application/json"]
        return response.code, json.loads(response.body)

    def choices(self, path):
        """What a variable with this query may be set to."""
        status, body = self.call(path)
        assert status == 200, body
        return {one["value"]: one["text"] for one in body}

    def health(self):
        request = backend_pb2.CheckHealthRequest(pluginContext=self.context())
        return self.diagnostics.CheckHealth(request, timeout=60)

    def metrics(self):
        request = backend_pb2.CollectMetricsRequest()
        return self.diagnostics.CollectMetrics(request, timeout=60).metrics.prometheus.decode()

    def close(self):
        self.channel.close()


@contextmanager
def running_loop():
    """An event loop in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="loop")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def serving(exporter, socket, *, is_service=False):
    """Grafana's client of an exporter that answers on `socket`; a service is started and stopped with it."""
    with running_loop() as loop:

        def run(coroutine):
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

        stack = AsyncExitStack()
        run(stack.enter_async_context(answering(exporter, socket, SecretStr(TOKEN))))
        if is_service:
            run(exporter.start())
        grafana = Grafana(socket)
        try:
            yield grafana
        finally:
            grafana.close()
            if is_service:
                run(exporter.stop())
            run(stack.aclose())
