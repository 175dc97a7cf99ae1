"""The one way in which sources ask over HTTP.

Every request stays within the configured origin, keeps to the share of the quota, is tried again where that helps,
and ends as an answer or as one of the errors of a source.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import stamina

from scorecard_exporter.errors import (
    FatalSourceError,
    PausedSourceError,
    RetriableSourceError,
    SkippableSourceError,
    SourceError,
)
from scorecard_exporter.sources.base import Traffic
from scorecard_exporter.sources.kit.authentication import Credential, digest
from scorecard_exporter.sources.kit.exchange import Exchange
from scorecard_exporter.sources.kit.quota import Budget, Budgets, Limits, PlainLimits
from scorecard_exporter.sources.kit.response import Response, shown

LONGEST_SLEEP = 30.0
"""Seconds that a request waits for its turn; a longer wait pauses the source instead of holding its thread."""
ATTEMPTS = 4
REDIRECTS = 5
QUOTA = "core"
"""The resource of systems with one quota for everything."""

_BUDGETS = Budgets()


@dataclass(frozen=True, slots=True)
class Clock:
    """Time, and waiting for it; tests bring their own. `now`: seconds since the epoch."""

    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    address: str
    params: Mapping[str, Any] | None
    headers: Mapping[str, str]
    body: Any
    resource: str
    cost: int
    is_repeated: bool = True

    def request(self, headers: Mapping[str, str]) -> httpx.Request:
        # httpx takes an empty mapping for "no query", and would cut off that of a `next` link.
        sent = {**headers, **self.headers}
        return httpx.Request(self.method, self.address, params=self.params or None, headers=sent, json=self.body)


class _ShortWaitError(RetriableSourceError):
    """Refused for reasons of rate, with a wait (seconds) that is short enough to sit out."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


class Client:
    """Asks one system. Safe from any thread; made once for each configured source.

    `url`: where the API begins; nothing outside its scheme, host and port is ever asked. `share`: of the quota.
    `timeout`: seconds for a whole request. `explain`: a sentence for a refusal (4xx) that knows more than the usual
    one, or None. `traffic`: that of another client, to be counted together. `transport`: another way than the network,
    for tests.
    """

    def __init__(
        self,
        url: str,
        *,
        credential: Credential | None = None,
        headers: Mapping[str, str] | None = None,
        share: Fraction = Fraction(1, 2),
        timeout: float = 30.0,
        ca_file: Path | None = None,
        limits: Limits | None = None,
        explain: Callable[[Response], str | None] = lambda _: None,
        traffic: Traffic | None = None,
        transport: httpx.BaseTransport | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.traffic = traffic or Traffic()
        self._base = httpx.URL(url.rstrip("/") + "/")
        self._headers = {"accept": "application/json", **(headers or {})}
        self._credential, self._share, self._explain = credential, share, explain
        self._identity = digest(str(self._base), credential.identity if credential else "")
        self._limits: Limits = limits or PlainLimits()
        self._clock = clock or Clock()
        self._retries_for = ATTEMPTS * timeout
        self._exchange = Exchange(self.traffic.failures, timeout=timeout, ca_file=ca_file, transport=transport)

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        validator: str = "",
        resource: str = QUOTA,
        cost: int = 1,
    ) -> Response:
        """Ask for `path`: below `url`, or a whole address within its origin, as a `next` link is.

        `validator`: that of an earlier answer, to be told when nothing has changed (`Response.is_unmodified`). It must
        be kept only together with what that answer held, which is in the cursor. `resource`, `cost`: which quota it
        is counted against, and how much in its units.

        Raises:
            FatalSourceError: the credential is refused (401), TLS fails, or an answer leads elsewhere.
            SkippableSourceError: this thing is forbidden or gone (403, 404, 410 and other 4xx).
            RetriableSourceError: no connection, too slow, too large, 5xx.
            PausedSourceError: the share of the quota is used up, or the system wants a longer pause.
        """
        tag = self._tag(validator)
        headers = {"if-none-match": tag} if tag else {}
        return self._ask(_Question("GET", self._address(path), params, headers, None, resource, cost))

    def post(
        self,
        path: str,
        body: Any,
        params: Mapping[str, Any] | None = None,
        *,
        resource: str = QUOTA,
        cost: int = 1,
        is_repeated: bool = True,
    ) -> Response:
        """Ask with a JSON body: a reading request all the same, so it is tried again like one. Raises as `get`.

        `is_repeated`: false for a caller that asks for less, and not for the same again, when it fails; a short wait
        that the system wants is sat out all the same.
        """
        return self._ask(_Question("POST", self._address(path), params, {}, body, resource, cost, is_repeated))

    def spent(self, resource: str, cost: int) -> None:
        """Count `cost` more against a quota: an answer told what its request really cost."""
        self._budget(resource).spent(cost)

    def within(self, address: str) -> str:
        """`address` as a whole one, if it is of the configured origin.

        Raises:
            FatalSourceError: it leads elsewhere, where the credential must not go.
        """
        url = self._base.join(address)
        if (url.scheme, url.host, url.port) != (self._base.scheme, self._base.host, self._base.port):
            raise FatalSourceError(
                f"{shown(self._base)} leads to {shown(url)}, which is another origin; nothing is asked there. "
                "If the system has moved, change `url`"
            )
        return str(url)

    def close(self) -> None:
        """Let go of the connections; a later request opens them anew."""
        self._exchange.close()

    def _address(self, path: str) -> str:
        return self.within(path if "://" in path else path.lstrip("/"))

    def _ask(self, question: _Question) -> Response:
        for attempt in stamina.retry_context(
            on=_another_try if question.is_repeated else _after_wait,
            attempts=ATTEMPTS,
            timeout=self._retries_for,
            wait_initial=0.5,
            wait_max=10.0,
        ):
            with attempt:
                return self._follow(question)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    def _follow(self, question: _Question) -> Response:
        for _ in range(REDIRECTS):
            if self._credential:
                self._credential.renew()
            self._wait_for_turn(question.resource)
            response = self._answer(question.request(self._headers), question.cost)
            if response.status not in _MOVED:
                return response
            address = self.within(response.headers.get("location", ""))
            question = replace(question, address=address, params=None)
        raise FatalSourceError(f"{shown(self._base)} redirects for ever; check `url`")

    def _answer(self, request: httpx.Request, cost: int) -> Response:
        self.traffic.requests += 1
        response = self._exchange.send(request, self._credential)
        now = self._clock.now()
        self.traffic.unmodified += response.is_unmodified
        if rate := self._limits.rate(response.headers, now):
            self.traffic.rates[rate.resource] = rate
            self._budget(rate.resource).told(rate, 0 if response.is_unmodified else cost)
        return replace(self._judged(response, now), validator=self._validator(response))

    def _judged(self, response: Response, now: float) -> Response:
        """The answer, if it is one; else the error that says what happens next."""
        wait = self._limits.refused(response.status, response.headers, response.body, now)
        if wait is not None:
            self.traffic.failures["rate"] += 1
            raise self._pause(f"{shown(response.url)} asks for a pause of {wait:.0f} s", wait)
        if response.status < 400:  # noqa: PLR2004  success, redirects and 304
            return response
        self.traffic.failures[str(response.status)] += 1
        said = self._explain(response) or f"{shown(response.url)} answers {response.status}"
        if response.status == httpx.codes.UNAUTHORIZED:
            raise FatalSourceError(f"{said}; check the credential: it is missing, wrong, expired or revoked")
        if response.status >= 500 or response.status == httpx.codes.REQUEST_TIMEOUT:  # noqa: PLR2004  the system's fault
            raise RetriableSourceError(said)
        raise SkippableSourceError(said)

    def _wait_for_turn(self, resource: str) -> None:
        wait = self._budget(resource).wait(self._share, self._clock.now())
        if wait > LONGEST_SLEEP:
            raise self._pause(f"{float(self._share):.0%} of the quota of {shown(self._base)} is used", wait)
        if wait > 0:
            self._clock.sleep(wait)

    def _pause(self, sentence: str, wait: float) -> SourceError:
        if wait <= LONGEST_SLEEP:
            return _ShortWaitError(sentence, wait)
        self.traffic.paused_until = until = self._clock.now() + wait
        return PausedSourceError(
            f"{sentence}; reading goes on at {time.strftime('%H:%M UTC', time.gmtime(until))}", until
        )

    def _budget(self, resource: str) -> Budget:
        return _BUDGETS.of(self._identity, resource)

    def _validator(self, response: Response) -> str:
        """The tag of an answer and what it is good for: `Vary` names the credential and the headers sent (RFC 9110)."""
        tag, vary = response.headers.get("etag", ""), response.headers.get("vary", "")
        return f"{self._variant} {tag}" if tag and "*" not in vary else ""

    def _tag(self, validator: str) -> str:
        variant, _, tag = validator.partition(" ")
        return tag if variant == self._variant else ""

    @property
    def _variant(self) -> str:
        return digest(self._identity, repr(sorted(self._headers.items())))


_MOVED = frozenset({301, 302, 303, 307, 308})


def _another_try(error: Exception) -> bool | float:
    """Whether a failed request is worth another try, or after how many seconds."""
    return error.wait if isinstance(error, _ShortWaitError) else isinstance(error, RetriableSourceError)


def _after_wait(error: Exception) -> bool | float:
    """As `_another_try`, for what is asked again only where the system said when."""
    return error.wait if isinstance(error, _ShortWaitError) else False
