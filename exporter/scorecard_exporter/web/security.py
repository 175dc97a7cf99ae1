"""TLS, basic authentication and response headers, from a web configuration file as Prometheus exporters have it.

The format is that of the Prometheus exporter toolkit
(https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md), of which the keys
below are supported; any other one is a mistake. Paths in the file are meant from its own directory.
"""

from __future__ import annotations

import logging
import os
import re
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, model_validator
from starlette.types import ASGIApp, Scope

from scorecard_exporter.config.document import Document
from scorecard_exporter.config.parse import parse
from scorecard_exporter.config.yaml import read
from scorecard_exporter.errors import ConfigurationError
from scorecard_exporter.logs import fields
from scorecard_exporter.web.authentication import AddedHeaders, BasicAuthentication

log = logging.getLogger("scorecard")

_VERSIONS = {"TLS12": ssl.TLSVersion.TLSv1_2, "TLS13": ssl.TLSVersion.TLSv1_3}
_CLIENT_AUTH = {
    "NoClientCert": ssl.CERT_NONE,
    "VerifyClientCertIfGiven": ssl.CERT_OPTIONAL,
    "RequireAndVerifyClientCert": ssl.CERT_REQUIRED,
}
_BCRYPT = re.compile(r"\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}")
_HEADERS = (
    "Content-Security-Policy",
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
)


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class _Tls(_Shape):
    cert_file: Path
    key_file: Path
    client_auth_type: Literal["NoClientCert", "VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] = "NoClientCert"
    client_ca_file: Path | None = None
    min_version: Literal["TLS12", "TLS13"] = "TLS12"

    @model_validator(mode="after")
    def _has_what_it_verifies_with(self) -> Self:
        if (self.client_ca_file is None) != (self.client_auth_type == "NoClientCert"):
            raise ValueError(
                "client_ca_file and client_auth_type go together: give the file of the authority and "
                "VerifyClientCertIfGiven or RequireAndVerifyClientCert, or neither"
            )
        return self


def _bcrypt_hash(text: str) -> str:
    if not _BCRYPT.fullmatch(text):
        raise ValueError("not a bcrypt hash; `htpasswd -nBC 10 USER` writes one")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable() or not text.isascii():
        raise ValueError("a header is one line of printable ASCII")
    return text


def _settable(name: str) -> str:
    if name not in _HEADERS:
        raise ValueError(f"this header cannot be set here; allowed: {', '.join(_HEADERS)}")
    return name


class _Http(_Shape):
    headers: dict[Annotated[str, AfterValidator(_settable)], Annotated[str, AfterValidator(_one_line)]] = {}


class _Document(_Shape):
    tls_server_config: _Tls | None = None
    http_server_config: _Http = _Http()
    basic_auth_users: dict[str, Annotated[str, AfterValidator(_bcrypt_hash)]] = {}


@dataclass(frozen=True, slots=True)
class WebConfig:
    """How the web face is protected; by default not at all. `users`: name → bcrypt hash."""

    users: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None

    def protect(self, app: ASGIApp, is_open: Callable[[Scope], bool] = lambda _: False) -> ASGIApp:
        """`app` behind basic authentication but for what `is_open`, with the headers on every response."""
        if self.users:
            app = BasicAuthentication(app, self.users, is_open)
        return AddedHeaders(app, self.headers) if self.headers else app

    def uvicorn_options(self) -> dict[str, Any]:
        """What uvicorn needs for TLS; empty without."""
        return {"ssl_context_factory": lambda _config, _default: self.tls} if self.tls else {}


def load_web_config(path: Path | None, environ: Mapping[str, str] = os.environ) -> WebConfig:
    """Read a web configuration file; None: no protection.

    The tags of the configuration (`!env`, `!file`) may be used in it. Certificates are read again,
    without a restart, when their files change.

    Raises:
        ConfigurationError: every mistake with its place; no message holds a hash.
    """
    if path is None:
        return WebConfig()
    document = read(path, environ)
    if not isinstance(document.data, dict | None):
        document.mistake((), "a mapping (key: value) is needed here")
    document.raise_mistakes()
    shape = parse(_Document, document)
    if shape is None or document.mistakes:
        raise ConfigurationError(tuple(sorted(document.mistakes)))
    return WebConfig(shape.basic_auth_users, shape.http_server_config.headers, _tls_context(document, shape))


def _tls_context(document: Document, shape: _Document) -> ssl.SSLContext | None:
    tls = shape.tls_server_config
    if tls is None:
        return None
    directory = Path(document.file).parent
    for key, file in (("cert_file", tls.cert_file), ("key_file", tls.key_file), ("client_ca_file", tls.client_ca_file)):
        if file and not (directory / file).is_file():
            document.mistake(("tls_server_config", key), f"there is no file {directory / file}")
    document.raise_mistakes()
    try:
        return _Certificates(tls, directory).context
    except OSError as error:
        document.mistake(("tls_server_config",), f"the certificate, its key or the authority cannot be used: {error}")
        raise ConfigurationError(tuple(document.mistakes)) from error


class _Certificates:
    """The TLS context of a listener. A new one is made at the next handshake when a file has changed."""

    def __init__(self, tls: _Tls, directory: Path) -> None:
        self._make = partial(_context, tls, directory)
        self._files = [directory / file for file in (tls.cert_file, tls.key_file, tls.client_ca_file) if file]
        self.context = self._newest = self._make()
        self._changed = self._last_changes()
        self.context.sni_callback = self._renew

    def _last_changes(self) -> list[int]:
        return [file.stat().st_mtime_ns for file in self._files]

    def _renew(self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        try:
            changed = self._last_changes()
            if changed != self._changed:
                self._changed = changed
                self._newest = self._make()
        except OSError as error:
            # Half written, or away for a moment: what was loaded serves on.
            log.warning("changed certificates cannot be used, the old ones serve on", extra=fields(reason=error))
        connection.context = self._newest


def _context(tls: _Tls, directory: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[tls.min_version]
    # The password keeps OpenSSL from asking for one on the terminal when the key is encrypted.
    context.load_cert_chain(directory / tls.cert_file, directory / tls.key_file, password="")
    if tls.client_ca_file:
        context.load_verify_locations(directory / tls.client_ca_file)
    context.verify_mode = _CLIENT_AUTH[tls.client_auth_type]
    return context
