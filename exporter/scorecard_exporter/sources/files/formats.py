"""Rows out of CSV, JSON Lines and YAML; each format is a generator of (line, row)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from scorecard_exporter.events.model import KINDS
from scorecard_exporter.sources.files.report import Report
from scorecard_exporter.sources.files.yaml_rows import yaml_rows
from scorecard_exporter.sources.rows.columns import Row, columns
from scorecard_exporter.sources.rows.json import decode
from scorecard_exporter.sources.text import unknown

LONGEST_LINE = 1 << 20
_REPLACED = "\N{REPLACEMENT CHARACTER}"


Names = Mapping[str, str]
"""The columns that are read of a file → what they are called here; none: all, by their own names."""


def rows(path: Path, kind: str | None, names: Names, report: Report) -> Iterator[tuple[int, Row]]:
    """(line, row) of every row of a file; what is wrong with it goes to `report`.

    `kind`: what the rows are where they do not say it themselves.

    Raises:
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        yield from FORMATS[path.suffix.lower()](file, kind, names, report)


def _lines(file: IO[str], report: Report) -> Iterator[str]:
    """Lines, none longer than a mebibyte: a longer one comes in pieces that make no sense, but fit."""
    while line := file.readline(LONGEST_LINE):
        if _REPLACED in line or "\0" in line:
            report.replaced_text()
            yield line.replace("\0", _REPLACED)
        else:
            yield line


def _csv(file: IO[str], kind: str | None, names: Names, report: Report) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(_lines(file, report), strict=True)
    header = [name.strip() for name in next(_cells(reader, report), [])]
    if not header and report.complete:
        report.damaged("truncated", "it is empty; a CSV file begins with the names of its columns")
    called = [names.get(name, "") for name in header] if names else header
    absent = sorted(names.keys() - set(header)) if header else []
    mistake = unknown("the column", absent[0], header) if absent else _mistake([name for name in called if name], kind)
    if mistake:
        report.damaged("bad_file", mistake)
        return
    short = False
    for cells in _cells(reader, report):
        short = len(cells) < len(header)
        if len(cells) == len(header):
            yield reader.line_num, {name: cell for name, cell in zip(called, cells, strict=True) if name or not names}
        elif cells:
            report.refuse(reader.line_num, f"it has {len(cells)} cells, the header has {len(header)}")
    if short:
        report.damaged("truncated", f"it ends in the middle of a row, in line {reader.line_num}")


def _cells(reader: Any, report: Report) -> Iterator[list[str]]:
    """The cells of each row that is not empty; where quotes are out of order, it is not known which rows there are."""
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            report.damaged("truncated", f"a row that ends in line {reader.line_num} cannot be read ({error})")
            continue
        if cells:
            yield cells


def _mistake(header: list[str], kind: str | None) -> str:
    """What is wrong with the header of a CSV file, or ''."""
    mixed = kind is None or "kind" in header
    allowed = frozenset().union(*map(columns, KINDS)) if mixed else columns(str(kind))
    for name, times in Counter(header).items():
        if name not in allowed:
            return unknown("the column", name, allowed)
        if times > 1:
            return f"the column {name!r} is there {times} times"
    return ""


def _json_lines(file: IO[str], _kind: str | None, names: Names, report: Report) -> Iterator[tuple[int, Row]]:
    refused_last = False
    for number, line in enumerate(_lines(file, report), 1):
        if not line.strip():
            continue
        row = _json(line)
        refused_last = row is None and not line.endswith("\n")
        if row is None:
            report.refuse(number, "it is not a JSON object")
        else:
            yield number, _named(row, names)
    if refused_last:
        report.damaged("truncated", "it ends in the middle of a row")


def _json(line: str) -> Row | None:
    try:
        row = decode(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) else None


def _yaml(file: IO[str], _kind: str | None, names: Names, report: Report) -> Iterator[tuple[int, Row]]:
    return ((line, _named(row, names)) for line, row in yaml_rows("".join(_lines(file, report)), report))


def _named(row: Row, names: Names) -> Row:
    return {names[name]: value for name, value in row.items() if name in names} if names else row


FORMATS: Mapping[str, Callable[[IO[str], str | None, Names, Report], Iterator[tuple[int, Row]]]] = {
    ".csv": _csv,
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".yaml": _yaml,
    ".yml": _yaml,
}
"""How a file is read, by the ending of its name."""
