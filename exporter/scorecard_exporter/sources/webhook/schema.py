"""The JSON schema of our own format, from the records: `python -m scorecard_exporter.sources.webhook.schema`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_type_hints

from scorecard_exporter.events.model import KINDS, Build, Deployment, Observation, Transition
from scorecard_exporter.sources.rows.columns import KEY_PARTS, STATUSES, columns, required
from scorecard_exporter.sources.webhook.records import LISTS

PAGE = Path("docs/sources/webhook.schema.json")

_TIME = {"type": "string", "format": "date-time"}
_TYPES: Mapping[Any, Any] = {
    datetime: _TIME,
    datetime | None: _TIME,
    bool: {"type": "boolean"},
    Decimal: {"type": "number"},
    tuple[str, ...]: {"type": "array", "items": {"type": "string"}},
    tuple[Transition, ...]: {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"status": {"type": "string"}, "at": _TIME},
            "required": ["status", "at"],
            "additionalProperties": False,
        },
    },
}


def json_schema() -> dict[str, Any]:
    """Of a body: lists by kind, a record alone, or a list of such."""
    alone = {"oneOf": [{"allOf": [_reference(kind), {"required": ["kind"]}]} for kind in LISTS.values()]}
    lists = {name: {"type": "array", "items": _reference(kind)} for name, kind in LISTS.items()}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Records pushed to a source of type webhook",
        "oneOf": [
            {"type": "object", "properties": lists, "additionalProperties": False},
            alone,
            {"type": "array", "items": alone},
        ],
        "$defs": {kind: _record(kind) for kind in sorted(LISTS.values())},
    }


def _reference(kind: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{kind}"}


def _record(kind: str) -> dict[str, Any]:
    hints = get_type_hints(KINDS[kind])
    properties = {name: _TYPES.get(hints.get(name), {"type": "string"}) for name in sorted(columns(kind))}
    properties["kind"] = {"const": kind}
    if kind in (Deployment.kind, Build.kind):
        properties["status"] = {"enum": list(STATUSES)}
    needed = {"thing"} | required(kind) | (set() if kind in KEY_PARTS else {"key"})
    shape: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if kind == Observation.kind:
        properties["at"] = _TIME
        needed -= {"starts_at", "ends_at"}
        shape["oneOf"] = [{"required": ["at"]}, {"required": ["starts_at", "ends_at"]}]
    return shape | {"required": sorted(needed)}


def main() -> None:
    """Write the file."""
    PAGE.write_text(json.dumps(json_schema(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
