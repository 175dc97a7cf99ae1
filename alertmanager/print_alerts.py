#!/usr/bin/env python3
"""A receiver for Alertmanager that needs no account: prints each alert as it comes.

    python3 alertmanager/print_alerts.py [HOST:PORT]

Alertmanager posts groups of alerts in its webhook format (version 4) to http://HOST:PORT/RECEIVER. Needs Python alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LARGEST = 1 << 20
"""Bytes of a message that are read at most."""
DETAILS = ("value", "goal", "since", "reason", "owner", "look_at", "measure_url", "board_url", "runbook_url")
"""The annotations that are printed below an alert, in this order."""


def lines(receiver: str, group: Mapping[str, Any]) -> Iterator[str]:
    """What is printed of a group of alerts."""
    for alert in group["alerts"]:
        labels, annotations = alert["labels"], alert["annotations"]
        what = annotations.get("description") or annotations.get("summary", "")
        yield f"[{receiver}] {alert['status'].upper()} {labels.get('severity', '')} {labels['alertname']}: {what}"
        yield from (f"    {name}: {annotations[name]}" for name in DETAILS if annotations.get(name))


def printable(line: str) -> str:
    """`line` without what would move the cursor of a terminal."""
    return "".join(one if one.isprintable() else " " for one in line)


class Printer(BaseHTTPRequestHandler):
    """Answers a health check, and takes groups of alerts."""

    timeout = 10

    def do_GET(self) -> None:
        """Say that it works."""
        self._answer(HTTPStatus.OK)

    def do_POST(self) -> None:
        """Print a group of alerts; anything else is a bad request."""
        try:
            length = int(self.headers["content-length"])
            written = [*lines(self.path.strip("/"), json.loads(self.rfile.read(min(length, LARGEST))))]
        except (AttributeError, KeyError, TypeError, ValueError):
            self._answer(HTTPStatus.BAD_REQUEST)
            return
        sys.stdout.write("".join(f"{printable(line)}\n" for line in written))
        sys.stdout.flush()
        self._answer(HTTPStatus.OK)

    def log_message(self, *_: object) -> None:
        """Print alerts alone."""

    def _answer(self, status: HTTPStatus) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()


def main() -> None:
    """Serve until interrupted."""
    host, _, port = (sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:10211").rpartition(":")
    with ThreadingHTTPServer((host, int(port)), Printer) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
