"""What `check --online` found, as a document."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.inspection.looking import Look
from scorecard_exporter.inspection.matching import wrong


def document(configuration: Configuration, looks: Iterable[Look]) -> dict[str, Any]:
    """`sources` in the order of the file, and what is `wrong`, as sentences."""
    by_name = {look.source: look for look in looks}
    ordered = [by_name[name] for name in configuration.sources]
    return {
        "sources": [_source(look) for look in ordered],
        "wrong": wrong(configuration, ordered),
    }


def _source(look: Look) -> dict[str, Any]:
    told: dict[str, Any] = {"name": look.source, "type": look.type, "error": look.error or None, "inspection": None}
    if look.inspection:
        told["inspection"] = {
            "account": look.inspection.account,
            "missing": list(look.inspection.missing),
            "next_sync": look.inspection.next_sync,
            "seen": [
                {"sort": seen.sort, "origin": seen.origin or None, "names": dict(seen.names)}
                for seen in look.inspection.seen
            ],
        }
    return told
