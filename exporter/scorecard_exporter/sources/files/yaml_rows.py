"""Rows out of a YAML list of mappings.

Every scalar stays the text it is written as, so that no date, number or `no` changes its meaning, and
the columns alone decide. Read by events: no nesting can be too deep, no alias can grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from scorecard_exporter.sources.files.report import Report
from scorecard_exporter.sources.rows.columns import Row

_DEEPEST = 5
_NULL = ("", "~", "null", "Null", "NULL")


def yaml_rows(text: str, report: Report) -> Iterator[tuple[int, Row]]:
    """(line, row) of each entry of the list that `text` holds."""
    try:
        yield from _entries(yaml.parse(text, Loader=yaml.CSafeLoader), report)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        report.damaged("bad_file", f"it is not YAML: {getattr(error, 'problem', None) or error}{where}")
    except _NotRowsError as error:
        report.damaged("bad_file", str(error))


class _NotRowsError(Exception):
    """The document is YAML, but not rows."""


def _entries(events: Iterator[yaml.Event], report: Report) -> Iterator[tuple[int, Row]]:
    for event in events:
        if isinstance(event, yaml.SequenceStartEvent):
            break
        if isinstance(event, (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.AliasEvent)):
            raise _NotRowsError("it is not a list; write one `- column: value …` for each record")
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            return
        if isinstance(event, yaml.StreamEndEvent):
            return
        line = _line(event)
        row = _value(event, events, 1)
        if isinstance(row, dict):
            yield line, row
        else:
            report.refuse(line, "it is not a mapping of columns to values")


def _value(event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Any:
    """The value that begins with `event`: text, a list or a mapping; None for null."""
    if depth > _DEEPEST:
        raise _NotRowsError(f"line {_line(event)} is nested too deeply")
    if isinstance(event, yaml.ScalarEvent):
        return None if event.implicit[0] and event.value in _NULL else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        return list(_until(yaml.SequenceEndEvent, events, depth))
    if isinstance(event, yaml.MappingStartEvent):
        flat = list(_until(yaml.MappingEndEvent, events, depth))
        names, values = flat[::2], flat[1::2]
        return {str(name): value for name, value in zip(names, values, strict=True)}
    raise _NotRowsError(f"line {_line(event)} has an anchor or alias; write the value out")


def _until(end: type[yaml.Event], events: Iterator[yaml.Event], depth: int) -> Iterator[Any]:
    for event in events:
        if isinstance(event, end):
            return
        yield _value(event, events, depth + 1)


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
