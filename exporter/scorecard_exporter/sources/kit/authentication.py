"""How requests say who is asking. Credentials live here and in the configuration, and in nothing that is shown."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from base64 import b64encode
from collections.abc import Generator
from pathlib import Path

import httpx
from pydantic import SecretStr

from scorecard_exporter.errors import FatalSourceError


class Credential(httpx.Auth, ABC):
    """Something that is added to every request. `identity`: a digest of whose it is, the same when it is renewed."""

    identity: str

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        name, value = self.header()
        request.headers[name] = value
        yield request

    def renew(self) -> None:
        """See to it that it is valid for a request more; called before each, so it may ask the system for another.

        Raises:
            SourceError: there is no other to be had.
        """

    @abstractmethod
    def header(self) -> tuple[str, str]:
        """Name and value of the header to add.

        Raises:
            FatalSourceError: there is no credential to be had.
        """


class Token(Credential):
    """A token in a header: `Authorization: Bearer …`, unless the system wants other words."""

    def __init__(self, token: SecretStr, *, header: str = "Authorization", prefix: str = "Bearer ") -> None:
        self._header = header, f"{prefix}{token.get_secret_value().strip()}"
        self.identity = digest(*self._header)

    def header(self) -> tuple[str, str]:
        return self._header


class TokenFile(Credential):
    """A token in a file that somebody else renews: it is read again whenever the file has changed."""

    def __init__(self, path: Path, *, header: str = "Authorization", prefix: str = "Bearer ") -> None:
        self._path, self._name, self._prefix = path, header, prefix
        self._modified, self._token = -1, ""
        self.identity = digest(str(path))

    def header(self) -> tuple[str, str]:
        try:
            modified = self._path.stat().st_mtime_ns
            if modified != self._modified:
                self._token = self._path.read_text(encoding="utf-8").strip()
                self._modified = modified
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise FatalSourceError(f"the token file {self._path} cannot be read: {reason}") from None
        if not self._token:
            raise FatalSourceError(f"the token file {self._path} is empty")
        return self._name, f"{self._prefix}{self._token}"


class Basic(Credential):
    """A name and a password or API token (RFC 7617)."""

    def __init__(self, name: str, password: SecretStr) -> None:
        self._value = f"Basic {b64encode(f'{name}:{password.get_secret_value()}'.encode()).decode()}"
        self.identity = digest(self._value)

    def header(self) -> tuple[str, str]:
        return "Authorization", self._value


def digest(*said: str) -> str:
    """A short text that tells credentials apart and lets nobody guess them."""
    return hashlib.sha256(repr(said).encode("utf-8", "backslashreplace")).hexdigest()[:32]
