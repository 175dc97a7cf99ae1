"""One request and its answer: bounded in time and size, few at once for each host, failures as errors of a source."""

from __future__ import annotations

import ssl
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

import httpx

from scorecard_exporter import __version__
from scorecard_exporter.errors import FatalSourceError, RetriableSourceError, SourceError
from scorecard_exporter.sources.kit.response import Response, shown
from scorecard_exporter.sources.text import excerpt

USER_AGENT = f"engineering-scorecard/{__version__}"
LARGEST_BODY = 64 * 1024 * 1024
"""Bytes of an answer, unpacked. The largest sound one is a page of a hundred things of some kilobytes each."""
CONNECT_SECONDS = 10.0
REQUESTS_PER_HOST = 8
"""At once, over all sources; GitHub, the strictest, allows a credential 100."""

_turns: defaultdict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(REQUESTS_PER_HOST)
)
_turns_lock = threading.Lock()


class Exchange:
    """Sends requests and reads answers. `timeout`: seconds for a whole request. `failures` are counted by reason."""

    def __init__(
        self, failures: Counter[str], *, timeout: float, ca_file: Path | None, transport: httpx.BaseTransport | None
    ) -> None:
        self._failures = failures
        self._timeout = timeout
        self._ca_file = ca_file
        self._transport = transport
        self._client: httpx.Client | None = None
        self._opening = threading.Lock()

    def send(self, request: httpx.Request, auth: httpx.Auth | None) -> Response:
        """The answer, whatever its status.

        Raises:
            FatalSourceError: there is no trusted connection.
            RetriableSourceError: no connection, too slow, too large, cut off.
        """
        client = self._opened()
        host = f"{request.url.scheme}://{request.url.netloc.decode('ascii', 'replace')}"
        with _turns_lock:
            turn = _turns[host]
        try:
            with turn:
                return self._read(client, request, auth)
        except httpx.HTTPError as error:
            raise self._failed(error, request.url) from None

    def close(self) -> None:
        """Let go of the connections; a later request opens them anew."""
        with self._opening:
            if self._client:
                self._client.close()
            self._client = None

    def _read(self, client: httpx.Client, request: httpx.Request, auth: httpx.Auth | None) -> Response:
        """Piece by piece, so that neither the size nor the time of an answer is the system's choice."""
        deadline = time.monotonic() + self._timeout
        # Built by the client, it has the client's timeouts and headers.
        built = client.build_request(request.method, request.url, headers=request.headers, content=request.content)
        answer = client.send(built, auth=auth, stream=True)
        try:
            pieces, size = [], 0
            for piece in answer.iter_bytes():
                pieces.append(piece)
                size += len(piece)
                if size > LARGEST_BODY:
                    raise self._refuse("body", f"the answer of {shown(request.url)} is larger than 64 MiB")
                if time.monotonic() > deadline:
                    raise self._refuse("timeout", f"{shown(request.url)} did not finish within {self._timeout:g} s")
        finally:
            answer.close()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(request.url, answer.status_code, headers, b"".join(pieces))

    def _failed(self, error: httpx.HTTPError, url: httpx.URL) -> SourceError:
        if reason := _tls_reason(error):
            self._failures["tls"] += 1
            return FatalSourceError(
                f"no trusted connection to {shown(url)}: {reason}; if its certificate is of an authority of your own, "
                "name that in `ca_file`"
            )
        if isinstance(error, httpx.TimeoutException):
            return self._refuse("timeout", f"{shown(url)} did not answer within {self._timeout:g} s")
        if isinstance(error, httpx.RemoteProtocolError | httpx.DecodingError | httpx.ReadError):
            return self._refuse("body", f"the answer of {shown(url)} was cut off or damaged")
        return self._refuse("connection", f"no connection to {shown(url)}: {excerpt(str(error))}")

    def _refuse(self, reason: str, sentence: str) -> RetriableSourceError:
        self._failures[reason] += 1
        return RetriableSourceError(sentence)

    def _opened(self) -> httpx.Client:
        with self._opening:
            if self._client is None:
                self._client = httpx.Client(
                    headers={"user-agent": USER_AGENT},
                    timeout=httpx.Timeout(self._timeout, connect=min(self._timeout, CONNECT_SECONDS)),
                    verify=self._trusted(),
                    transport=self._transport,
                    follow_redirects=False,
                )
            return self._client

    def _trusted(self) -> ssl.SSLContext | bool:
        if not self._ca_file:
            return True
        try:
            return ssl.create_default_context(cafile=str(self._ca_file))
        except OSError as error:  # an SSLError is one
            raise FatalSourceError(f"the certificates in `ca_file` {self._ca_file} cannot be read: {error}") from None


def _tls_reason(error: BaseException | None) -> str:
    """Why the connection is not trusted; '' where that is not what went wrong."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            told = (getattr(error, name, None) for name in ("verify_message", "reason", "strerror"))
            return str(next(filter(None, told), "the handshake failed"))
        error = error.__cause__ or error.__context__
    return ""
