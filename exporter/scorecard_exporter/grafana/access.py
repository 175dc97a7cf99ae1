"""Who may ask: the data source in Grafana has the token that the exporter has."""

from __future__ import annotations

import hmac
from pathlib import Path

from pydantic import SecretStr

from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.grafana.pluginv2.backend_pb2 import PluginContext

KEY = "token"
"""Its name among the data source's secrets (`secureJsonData`)."""
_FLAG = "--grafana.token-file"
_OTHERS = 0o007
_LONGEST = 4096

MISSING = (
    "The data source has no token. Give it the one in the exporter's --grafana.token-file: under Connections, Data "
    "sources, Scorecard, or as secureJsonData.token where it is provisioned; a variable that is not set is empty."
)
WRONG = (
    "The token of the data source is not the exporter's. Give it the one in the exporter's --grafana.token-file; where "
    "that was changed, restart the exporter."
)


def read_token(path: Path) -> SecretStr:
    """The token in a file.

    Raises:
        ScorecardError: there is no such file, it is empty, or others than its owner and group may use it.
    """
    try:
        mode, text = path.stat().st_mode, path.read_bytes()[: _LONGEST + 1]
    except OSError as error:
        raise ScorecardError(f"{_FLAG}={path}: {error.strerror}") from error
    if mode & _OTHERS:
        raise ScorecardError(f"{_FLAG}={path}: others may use the file (mode {mode & 0o777:04o}): chmod o= {path}")
    token = _decoded(text).strip()
    if not token or len(token) > _LONGEST or not token.isprintable():
        raise ScorecardError(f"{_FLAG}={path}: one line of text is needed, such as `openssl rand -base64 32` writes")
    return SecretStr(token)


def refusal(token: SecretStr, context: PluginContext) -> tuple[str, str] | None:
    """Why a call is refused: a short stable reason and a sentence; None: it has the token."""
    given = context.dataSourceInstanceSettings.decryptedSecureJsonData.get(KEY, "")
    if hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
        return None
    return ("token_wrong", WRONG) if given else ("token_missing", MISSING)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return ""
