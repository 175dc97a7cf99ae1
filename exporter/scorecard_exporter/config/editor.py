"""The JSON Schema by which editors check and complete a configuration file while it is written."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from scorecard_exporter.config.schema import ConfigurationShape
from scorecard_exporter.sources.registry import TYPES

_REFERENCE = "#/$defs/{model}"


def json_schema() -> dict[str, Any]:
    """The schema of a whole file. Values of `!env` and `!file` are texts to it."""
    models: list[type[BaseModel]] = [ConfigurationShape, *TYPES.values()]
    _, written = models_json_schema([(model, "validation") for model in models], ref_template=_REFERENCE)
    shapes = written["$defs"]
    root = shapes.pop(ConfigurationShape.__name__)
    sources = [{"$ref": _REFERENCE.format(model=model.__name__)} for model in TYPES.values()]
    entries = root["properties"]["sources"]["patternProperties"]
    entries |= {key: {"oneOf": sources} for key in entries}
    _close(root)
    _close(shapes)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        "title": "Configuration of Engineering Scorecard",
        "$defs": shapes,
    }


def _close(part: Any) -> None:
    """Refuse names that do not match the pattern of names, which pydantic leaves open."""
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    for piece in inner:
        _close(piece)
    if isinstance(part, dict) and "patternProperties" in part:
        part["additionalProperties"] = False
        part.pop("propertyNames", None)
