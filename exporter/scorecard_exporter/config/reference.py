"""Writes the documents that are made from the shapes: `python -m scorecard_exporter.config.reference`.

They go to `docs/` of the current directory: the reference of all keys, and the JSON Schema for editors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scorecard_exporter.config.editor import json_schema
from scorecard_exporter.measures.catalogue import CATALOGUE
from scorecard_exporter.measures.entry import Entry
from scorecard_exporter.quantities import ALLOWED

_INTRODUCTION = """\
# Configuration

<!-- Written by `make generate` from the shapes in `exporter/scorecard_exporter/config/`: edit those. -->

One YAML file says what is read, who owns what, and what is good. `scorecard-exporter check` finds all its mistakes at
once. `examples/reference.yaml` shows every key in place; `configuration.schema.json` lets an editor complete them.

- Names and ids are lower-case letters, digits, `.`, `_` and `-`, and begin with a letter or a digit.
- `!env NAME` stands for an environment variable, `!file PATH` for the text of a file, `!include PATH` for another YAML
  file. What the first two give is never shown. Relative paths are meant from the file that they stand in.
- Patterns are globs without regard to case (`prod*`); between slashes stands a regular expression (`/^prod-[a-z]+$/`).
- An origin is `SOURCE:THING`, such as `shop:checkout`; the type of a source (`git:checkout`) will do while only one
  source has it.
- Quantities are written as people say them:
"""
_FOOT = """
## Measures of the catalogue

Anchors are the defaults that apply when a measure is given no target: worst, red, goal, best.

| measure | unit | better | statistics | window | min_samples | anchors | score axis |
|---|---|---|---|---|---|---|---|
"""


def reference() -> str:
    """The reference of all keys, with units and defaults."""
    schema = json_schema()
    quantities = "\n".join(f"  - {text}" for text in ALLOWED.values())
    money = "  - an amount of money such as `1200 EUR`"
    sections = "\n".join(_sections(schema))
    catalogue = "\n".join(_measure(entry) for entry in CATALOGUE.values())
    return f"{_INTRODUCTION}{quantities}\n{money}\n\n{sections}{_FOOT}{catalogue}\n"


def _sections(schema: Mapping[str, Any]) -> Iterator[str]:
    """One table of keys for each shape, in the order in which a reader meets them."""
    pending: list[tuple[str, Mapping[str, Any]]] = [("The file", schema)]
    met = set()
    for title, shape in pending:
        yield f"## {title}\n\n{shape['description']}\n\n| key | value | default | meaning |\n|---|---|---|---|"
        for key, field in shape["properties"].items():
            default = "required" if key in shape.get("required", ()) else _default(field)
            yield f"| `{key}` | {_value(field)} | {default} | {field.get('description', '')} |"
            for name in _references(field):
                if name not in met:
                    met.add(name)
                    pending.append((_title(name), schema["$defs"][name]))
        yield ""


_NAMES = {"Git Hub": "GitHub", "Git Lab": "GitLab", "Pager Duty": "PagerDuty"}


def _title(name: str) -> str:
    """The heading of a shape; proper names stay as their owners write them."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    for apart, written in _NAMES.items():
        spaced = spaced.replace(apart, written)
    first, *others = spaced.removesuffix(" Shape").removesuffix(" Options").split()
    words = [first, *(word if word in _NAMES.values() else word.lower() for word in others)]
    return " ".join(words) + (" source" if name.endswith("Options") and name != "AppOptions" else "")


def _references(field: Any) -> Iterator[str]:
    if isinstance(field, Mapping):
        if "$ref" in field:
            yield field["$ref"].rpartition("/")[2]
        for inner in field.values():
            yield from _references(inner)
    elif isinstance(field, list):
        for inner in field:
            yield from _references(inner)


def _value(field: Mapping[str, Any]) -> str:
    """What may be written, in a few words."""
    forms = [form for form in (*field.get("anyOf", ()), *field.get("oneOf", ())) if form.get("type") != "null"]
    named = [*field.get("patternProperties", {}).values(), field.get("additionalProperties")][0]
    if forms:
        words = " or ".join(dict.fromkeys(_value(form) for form in forms))
    elif "$ref" in field:
        title = _title(field["$ref"].rpartition("/")[2]).lower()
        words = f"[{title}](#{title.replace(' ', '-')})"
    elif named:
        words = f"name: {_value(named)}"
    elif "items" in field:
        words = f"list of {_value(field['items'])}"
    else:
        words = _scalar(field)
    return words


def _scalar(field: Mapping[str, Any]) -> str:
    literals = [field["const"]] if "const" in field else field.get("enum", ())
    if literals and "$comment" not in field:
        return ", ".join(f"`{literal}`" for literal in literals if literal is not None)
    kinds = {"string": "text", "boolean": "`yes` or `no`", "integer": "whole number"}
    return str(field.get("$comment") or kinds.get(field.get("type", "string"), field.get("type")))


def _default(field: Mapping[str, Any]) -> str:
    value = field.get("default")
    if isinstance(value, bool):
        return "`yes`" if value else "`no`"
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(f"`{one}`" for one in values if one not in (None, {}, ())) or "none"


def _measure(entry: Entry) -> str:
    cells = (
        f"`{entry.id}`",
        entry.unit or "its own",
        entry.better or "told by goal and red",
        ", ".join(entry.statistics),
        entry.window,
        entry.min_samples,
        ", ".join(entry.anchors) if entry.anchors else "none",
        entry.axis,
    )
    return f"| {' | '.join(map(str, cells))} |"


def main() -> None:
    """Write both documents."""
    Path("docs/configuration.md").write_text(reference(), encoding="utf-8")
    schema = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    Path("docs/configuration.schema.json").write_text(schema + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
