"""The credential of a GitHub App: a signed statement of who it is, exchanged for tokens that last an hour."""

from __future__ import annotations

import threading
from time import time as now

import jwt
from pydantic import SecretStr

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.sources.kit.authentication import Credential, digest
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.client import Client

CLOCKS_DIFFER = 60
STATEMENT_SECONDS = 540
"""GitHub takes no statement that is good for more than ten minutes."""
RENEW_BEFORE = 300.0
"""Seconds before its end at which a token is replaced: longer than any request takes."""


class AppStatement(Credential):
    """Says which App is asking (a JSON web token, RS256); good for asking for installation tokens and nothing else."""

    def __init__(self, app: str, key: SecretStr) -> None:
        self._app, self._key = app, key
        self.identity = digest("app", app)

    def header(self) -> tuple[str, str]:
        at = int(now())
        claims = {"iat": at - CLOCKS_DIFFER, "exp": at + STATEMENT_SECONDS, "iss": self._app}
        return "Authorization", f"Bearer {jwt.encode(claims, self._key.get_secret_value(), algorithm='RS256')}"


class Installation(Credential):
    """An App as it is installed at an account: its tokens, each renewed before it ends.

    `client`: asks the same system with the `AppStatement`.
    """

    def __init__(self, app: str, installation: str, client: Client) -> None:
        self.identity = digest("installation", app, installation)
        self._path = f"app/installations/{installation}/access_tokens"
        self._client = client
        self._renewing = threading.Lock()
        self._token, self._ends_at = "", 0.0

    def renew(self) -> None:
        with self._renewing:
            if now() < self._ends_at - RENEW_BEFORE:
                return
            try:
                answer = Body(self._client.post(self._path, {}).object())
                self._token, self._ends_at = answer.text("token"), answer.time("expires_at").timestamp()
            except MalformedError as error:
                raise RetriableSourceError(f"the answer to a request for an installation token: {error}") from None

    def header(self) -> tuple[str, str]:
        return "Authorization", f"Bearer {self._token}"
