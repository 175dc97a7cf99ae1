"""The files of a source, as one stream: what changed is read again, with all that feeds the same things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import KINDS, Batch, Coverage, Observation, Problem, Record, SurveyAnswer
from scorecard_exporter.quantities import instant, moment
from scorecard_exporter.sources.base import Stream
from scorecard_exporter.sources.delivery import deliver, digest
from scorecard_exporter.sources.files.finding import find, kind_of
from scorecard_exporter.sources.files.formats import rows
from scorecard_exporter.sources.files.report import Report
from scorecard_exporter.sources.files.state import Pair, Seen, State, load, look
from scorecard_exporter.sources.rows.columns import Columns, Row
from scorecard_exporter.sources.text import printable, unknown

_NOT_TOLD = "what it is, is not said: name the file like incidents.csv, add a column `kind`, or set `kind:`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Which files are read, and how; see the options of the source."""

    paths: tuple[str, ...]
    kind: str | None = None
    zone: tzinfo | None = None
    covers_from: date | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)


class FileStream(Stream):
    """Rows of a changed file replace all that was known of the things they feed, whichever files feed them too.

    A file that is cut off or damaged only adds: what was read from it before stays until it is whole.
    """

    name = "files"

    def __init__(self, source: str, directory: str, reading: Reading) -> None:
        self._source = source
        self._directory = directory
        self._reading = reading

    def read(self, cursor: str | None, at: datetime) -> Iterator[Batch]:
        known = load(cursor)
        paths = find(self._directory, self._reading.paths)
        made_by = digest(self._reading)
        comparable = known.files if known.made_by == made_by else {}
        state = State(made_by, {name: look(path, comparable.get(name), at) for name, path in paths.items()})
        changed = {name for name, seen in state.files.items() if not seen.pairs}
        gone = known.files.keys() - paths.keys()
        if not changed and not gone:
            yield Batch(records=(), cursor=state.dump(), coverage=self._coverage(state, at))
            return
        for name in changed:
            self._scan(paths[name], name, state.files[name], known.files.get(name))
        touched = known.fed_by(changed | gone) | state.fed_by(changed)
        problems: list[Problem] = []
        replace = sorted((f"{self._source}:{thing}", kind) for thing, kind in touched - state.incomplete() if kind)
        yield from deliver(
            self._records(paths, state, touched, Columns(self._source, self._reading.zone, at), problems),
            cursor=cursor,
            replace=tuple(replace),
            finish=lambda: Batch(
                records=(), cursor=state.dump(), coverage=self._coverage(state, at), problems=tuple(problems)
            ),
        )

    def _scan(self, path: Path, name: str, seen: Seen, before: Seen | None) -> None:
        """Find out what a changed file feeds, before anything that is known of that is dropped."""
        report = Report(name)
        kind, thing = self._told(path)
        for _, row in self._rows(path, report):
            with suppress(ValueError):
                seen.pairs.setdefault(_pair(row, kind, thing))
        if not seen.pairs:
            seen.pairs[thing, kind or ""] = None
        seen.complete = report.complete
        if before and not report.complete:
            seen.pairs = {**seen.pairs, **before.pairs}

    def _records(
        self, paths: Mapping[str, Path], state: State, touched: set[Pair], columns: Columns, problems: list[Problem]
    ) -> Iterator[Record]:
        """The records that feed `touched`, in order of the files; what is wrong with them goes to `problems`."""
        for name, path in paths.items():
            seen = state.files[name]
            if not touched.isdisjoint(seen.pairs):
                report = Report(name)
                yield from self._file(path, seen, touched, columns, report)
                problems.extend(report.problems())

    def _file(self, path: Path, seen: Seen, touched: set[Pair], columns: Columns, report: Report) -> Iterator[Record]:
        kind, thing = self._told(path)
        earliest: dict[Pair, datetime] = {}
        answers: list[Record] = []
        for line, row in self._rows(path, report):
            try:
                pair = _pair(row, kind, thing)
                if pair not in touched:
                    continue
                record = columns.record(pair[1], pair[0], row)
            except ValueError as error:
                report.refuse(line, str(error))
                continue
            begins = record.starts_at if isinstance(record, Observation) else record.created_at
            if begins and (pair not in earliest or begins < earliest[pair]):
                earliest[pair] = begins
            if isinstance(record, SurveyAnswer):
                answers.append(record)
            else:
                yield record
        # Who answered when could be told from the order of the rows.
        yield from sorted(answers, key=lambda answer: answer.key)
        seen.begin(earliest)

    def _told(self, path: Path) -> tuple[str | None, str]:
        """What the rows of a file are (kind, thing) where they do not say it themselves."""
        return self._reading.kind or kind_of(path), printable(path.stem)

    def _rows(self, path: Path, report: Report) -> Iterator[tuple[int, Row]]:
        try:
            for line, row in rows(path, self._told(path)[0], self._reading.columns, report):
                yield line, {**self._reading.constants, **row}
        except OSError as error:
            raise RetriableSourceError(f"cannot read {path}: {error.strerror}") from None

    def _coverage(self, state: State, at: datetime) -> tuple[Coverage, ...]:
        """From the day that the options say, else from the earliest record; nothing for what is not whole."""
        begin: dict[Pair, int] = {}
        for seen in state.files.values():
            for pair, earliest in seen.pairs.items():
                if earliest is not None:
                    begin[pair] = min(earliest, begin.get(pair, earliest))
        if self._reading.covers_from:
            midnight = datetime.combine(self._reading.covers_from, time.min, self._reading.zone or UTC)
            begin = dict.fromkeys(state.fed_by(state.files), instant(midnight))
        return tuple(
            Coverage(origin=f"{self._source}:{thing}", kind=kind, from_at=moment(begin[thing, kind]), to_at=at)
            for thing, kind in sorted(begin.keys() - state.incomplete())
            if kind and begin[thing, kind] <= instant(at)
        )


def _pair(row: Row, kind: str | None, thing: str) -> Pair:
    """What a row feeds; `kind` and `thing` are what the file itself tells."""
    found = str(row.get("kind") or kind or "").strip()
    if found not in KINDS:
        raise ValueError(unknown("the kind", found, KINDS) if found else _NOT_TOLD)
    return printable(str(row.get("thing") or "").strip()) or thing, found
