"""What operators and Prometheus ask: the scrape, the probes, the reload, the configuration in force."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.exposition.cache import Exposition


class Operations:
    """The operators' side of an exporter. `lifecycle`: whether a reload may be asked for over HTTP."""

    def __init__(self, exporter: Exporter, *, lifecycle: bool) -> None:
        self._exporter = exporter
        self._lifecycle = lifecycle
        self._exposition = Exposition(exporter.registry)

    def routes(self) -> list[BaseRoute]:
        """Where these are; the paths are Prometheus' own."""
        return [
            Route("/metrics", self._metrics),
            Route("/config", self._config),
            Route("/-/healthy", self._healthy),
            Route("/-/ready", self._ready),
            Route("/-/reload", self._reload, methods=["POST", "PUT"]),
        ]

    async def _metrics(self, request: Request) -> Response:
        scrape = self._exposition.response(
            self._exporter.rendered,
            request.query_params.get("scorecard"),
            request.headers.get("accept", ""),
            request.headers.get("accept-encoding", ""),
        )
        return Response(scrape.body, headers=scrape.headers)

    async def _config(self, _: Request) -> Response:
        return Response(self._exporter.configuration.document, media_type="text/yaml")

    async def _healthy(self, _: Request) -> Response:
        return PlainTextResponse("Engineering Scorecard is healthy.\n")

    async def _ready(self, _: Request) -> Response:
        if self._exporter.snapshot is None:
            return PlainTextResponse(f"Not ready yet: {self._exporter.starting}.\n", 503, {"retry-after": "5"})
        return PlainTextResponse("Engineering Scorecard is ready.\n")

    async def _reload(self, _: Request) -> Response:
        if not self._lifecycle:
            sentence = "Reloading over HTTP is switched off: start with --web.enable-lifecycle, or send SIGHUP.\n"
            return PlainTextResponse(sentence, 403)
        try:
            await self._exporter.reload()
        except ScorecardError as error:
            return PlainTextResponse(f"The old configuration goes on, the new one was refused:\n{error}\n", 500)
        return PlainTextResponse("The configuration was reloaded.\n")
