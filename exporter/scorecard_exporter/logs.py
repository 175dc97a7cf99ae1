"""Log lines as the Prometheus family writes them: logfmt, or JSON for those who ship logs."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import Literal

_QUOTED = re.compile(r'[\s"=\\\x00-\x1f\x7f-\x9f]|^$')

Format = Literal["logfmt", "json"]


class _Formatter(logging.Formatter):
    def __init__(self, log_format: Format) -> None:
        super().__init__()
        self._format = log_format

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "msg": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        if self._format == "json":
            return json.dumps(fields, default=str)
        return " ".join(f"{name}={_logfmt(value)}" for name, value in fields.items())


def _logfmt(value: object) -> str:
    text = str(value)
    # JSON's quoting also makes control characters of hostile names harmless on a terminal.
    return json.dumps(text) if _QUOTED.search(text) else text


def set_up(level: str, log_format: Format) -> None:
    """Send all logging to standard error in one format; `level` is debug, info, warn or error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Formatter(log_format))
    logging.basicConfig(level={"warn": "WARNING"}.get(level, level.upper()), handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It warns of every poll that the one before it outlasts; how long polls take is a metric.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def fields(**values: object) -> dict[str, dict[str, object]]:
    """The `extra` of a log call: `log.info("polled", extra=fields(source="repo", rows=3))`."""
    return {"fields": values}
