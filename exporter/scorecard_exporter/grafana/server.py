"""The data source's backend as a gRPC server on the exporter's event loop.

What Grafana's own plugin processes have and this one has not: it does not end when Grafana says `Shutdown`, which
Grafana does to every plugin when it stops; it ends with the exporter.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pydantic import SecretStr

from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.grafana.access import refusal
from scorecard_exporter.grafana.answering import Answering, failure
from scorecard_exporter.grafana.asking import taken
from scorecard_exporter.grafana.counts import Counts
from scorecard_exporter.grafana.health import health
from scorecard_exporter.grafana.pluginv2 import backend_pb2, backend_pb2_grpc, health_pb2, health_pb2_grpc
from scorecard_exporter.grafana.resources import choices
from scorecard_exporter.grafana.shared_socket import SharedSocket
from scorecard_exporter.logs import fields

log = logging.getLogger("scorecard")

THREADS = 2
"""Which make frames; each takes the interpreter from the others."""
CALLS_AT_ONCE = 1_000
MOST_QUERIES = 100
"""In one call."""
LARGEST_REQUEST = 1_048_576
_STOPPING = 2.0
_OPTIONS = (("grpc.max_receive_message_length", LARGEST_REQUEST), ("grpc.so_reuseport", 0))
_FORBIDDEN = 403  # not 401, upon which Grafana's pages sign their viewer in anew


class Data(backend_pb2_grpc.DataServicer):
    """Frames for panels, variables, annotations and alert rules."""

    def __init__(self, answering: Answering, counts: Counts, token: SecretStr) -> None:
        self._answering, self._counts, self._token = answering, counts, token

    async def QueryData(  # noqa: N802  the protocol's name
        self, request: backend_pb2.QueryDataRequest, _: Any
    ) -> backend_pb2.QueryDataResponse:
        refused = _refused(request, self._token)
        if refused:
            reason, sentence = refused
            self._counts.refused(reason)
            error = backend_pb2.DataResponse(error=sentence, status=_FORBIDDEN, errorSource="downstream")
            return backend_pb2.QueryDataResponse(responses={one.refId: error for one in request.queries})
        answers = await self._answering.answers(request.queries)
        responses = {one.refId: answer for one, answer in zip(request.queries, answers, strict=True)}
        return backend_pb2.QueryDataResponse(responses=responses)


def _refused(request: backend_pb2.QueryDataRequest, token: SecretStr) -> tuple[str, str] | None:
    refused = refusal(token, request.pluginContext)
    if refused is None and len(request.queries) > MOST_QUERIES:
        return "too_many", f"{len(request.queries)} queries at once; at most {MOST_QUERIES} are answered."
    return refused


class Diagnostics(backend_pb2_grpc.DiagnosticsServicer):
    """What "Save & test" says, and the data source's own metrics."""

    def __init__(self, exporter: Exporter, counts: Counts, token: SecretStr) -> None:
        self._exporter, self._counts, self._token = exporter, counts, token

    async def CheckHealth(  # noqa: N802
        self, request: backend_pb2.CheckHealthRequest, _: Any
    ) -> backend_pb2.CheckHealthResponse:
        response = backend_pb2.CheckHealthResponse
        refused = refusal(self._token, request.pluginContext)
        if refused:
            self._counts.refused(refused[0])
            return response(status=response.ERROR, message=refused[1], jsonDetails=b"{}")
        found = health(self._exporter, request.pluginContext.pluginVersion)
        details = json.dumps(found.details).encode()
        return response(
            status=response.OK if found.is_well else response.ERROR, message=found.message, jsonDetails=details
        )

    async def CollectMetrics(  # noqa: N802
        self, _request: backend_pb2.CollectMetricsRequest, _: Any
    ) -> backend_pb2.CollectMetricsResponse:
        """Without a token, which Grafana does not send here: these are counts that say nothing of a scorecard."""
        response = backend_pb2.CollectMetricsResponse
        return response(metrics=response.Payload(prometheus=self._counts.text()))


class Resource(backend_pb2_grpc.ResourceServicer):
    """Choices for variables and the query editor."""

    def __init__(self, exporter: Exporter, pool: ThreadPoolExecutor, counts: Counts, token: SecretStr) -> None:
        self._exporter, self._pool, self._counts, self._token = exporter, pool, counts, token

    async def CallResource(  # noqa: N802
        self, request: backend_pb2.CallResourceRequest, _: Any
    ) -> AsyncIterator[backend_pb2.CallResourceResponse]:
        code, body = await self._answer(request)
        json_type = backend_pb2.StringList(values=["application/json"])
        yield backend_pb2.CallResourceResponse(code=code, headers={"Content-Type": json_type}, body=body)

    async def _answer(self, request: backend_pb2.CallResourceRequest) -> tuple[int, bytes]:
        refused = refusal(self._token, request.pluginContext)
        if refused:
            self._counts.refused(refused[0])
            return _FORBIDDEN, _message(refused[1])
        if request.method != "GET":
            return 405, _message("Only GET is answered: nothing can be changed here.")
        try:
            loop, snapshot = asyncio.get_running_loop(), taken(self._exporter)
            return 200, await loop.run_in_executor(self._pool, choices, snapshot, request.path, request.url)
        except Exception as error:  # noqa: BLE001  people get a sentence and never a stack trace
            why = failure(error, "resource")
            return why.status, _message(why.sentence)


class Health(health_pb2_grpc.HealthServicer):
    """That the server runs, for probes; it says nothing of the exporter, and needs no token."""

    async def Check(  # noqa: N802
        self, request: health_pb2.HealthCheckRequest, context: Any
    ) -> health_pb2.HealthCheckResponse:
        response = health_pb2.HealthCheckResponse
        if request.service not in {"", "plugin"}:
            await context.abort(grpc.StatusCode.NOT_FOUND, "There is no such service.")
        return response(status=response.SERVING)


def _message(sentence: str) -> bytes:
    return json.dumps({"message": sentence}).encode()


@contextlib.asynccontextmanager
async def answering(exporter: Exporter, path: Path, token: SecretStr) -> AsyncIterator[None]:
    """Answer Grafana on the socket at `path` while the context lasts.

    Raises:
        ScorecardError: the path cannot be used, and why; nothing was started.
    """
    shared, counts = SharedSocket(path), Counts(exporter.registry)
    with ThreadPoolExecutor(THREADS, "grafana") as pool:
        server = grpc.aio.server(options=_OPTIONS, maximum_concurrent_rpcs=CALLS_AT_ONCE)
        backend_pb2_grpc.add_DataServicer_to_server(Data(Answering(exporter, pool, counts), counts, token), server)
        backend_pb2_grpc.add_DiagnosticsServicer_to_server(Diagnostics(exporter, counts, token), server)
        backend_pb2_grpc.add_ResourceServicer_to_server(Resource(exporter, pool, counts, token), server)
        health_pb2_grpc.add_HealthServicer_to_server(Health(), server)
        try:
            server.add_insecure_port(f"unix:{shared.draft}")
        except RuntimeError as error:  # it does not say more than that it failed
            raise ScorecardError(f"--grafana.socket={path}: no socket can be made in this folder") from error
        await server.start()
        try:
            shared.publish()
            log.info("answering Grafana", extra=fields(socket=shared.path))
            yield
        finally:
            shared.remove()
            await server.stop(_STOPPING)
