"""Frames as Grafana reads them, and its rules for them: what breaks one would break a panel or an alert rule."""

import json
import math
from dataclasses import dataclass, field
from io import BytesIO

from arro3.io import read_ipc

TYPES = {"Utf8": "text", "Float64": "number", "Int64": "whole", "Boolean": "flag"}
COLORS = {"#187A40", "#626B7C", "#F2CC0C", "#CB3527", "#5794F2"}
NUMERIC = {"number", "whole"}


@dataclass(frozen=True)
class Field:
    """A column: times are nanoseconds since the epoch."""

    name: str
    type: str
    nullable: bool
    values: list
    config: dict = field(default_factory=dict)
    labels: dict = field(default_factory=dict)

    @property
    def title(self):
        """What people see as its name."""
        return self.config.get("displayName") or self.config.get("displayNameFromDS") or self.name


@dataclass(frozen=True)
class Frame:
    """A frame that was decoded."""

    name: str
    ref_id: str
    meta: dict
    fields: list

    def __getitem__(self, name):
        """The only field of this name."""
        (found,) = [one for one in self.fields if one.name == name]
        return found

    @property
    def size(self):
        return len(self.fields[0].values) if self.fields else 0

    @property
    def names(self):
        return [one.name for one in self.fields]

    @property
    def notices(self):
        return [one["text"] for one in self.meta.get("notices", [])]

    def rows(self):
        """Each row as a dictionary."""
        return [
            dict(zip(self.names, row, strict=True)) for row in zip(*(one.values for one in self.fields), strict=True)
        ]


def decode(raw):
    """The frame in an Arrow IPC file."""
    assert raw[:6] == b"ARROW1", "an Arrow file, not a stream"
    table = read_ipc(BytesIO(raw)).read_all()
    metadata = texts(table.schema.metadata)
    columns = [table.column(name) for name in range(table.num_columns)]
    fields = [decoded(one, column) for one, column in zip(table.schema, columns, strict=True)]
    return Frame(metadata.get("name", ""), metadata.get("refId", ""), json.loads(metadata.get("meta", "{}")), fields)


def decoded(one, column):
    metadata = texts(one.metadata)
    return Field(
        one.name,
        type_of(one.type),
        one.nullable,
        values(column),
        json.loads(metadata.get("config", "{}")),
        json.loads(metadata.get("labels", "{}")),
    )


def values(column):
    """What a column holds; of a time the nanoseconds."""
    if type_of(column.type) != "time":
        return column.to_pylist()
    from arro3.core import DataType  # noqa: PLC0415

    return column.cast(DataType.int64()).to_pylist()


def type_of(arrow):
    """The type as Grafana takes it; anything else is refused there."""
    written = str(arrow).removeprefix("arro3.core.DataType<").rstrip().removesuffix(">")
    if written.startswith("Timestamp"):
        assert written.startswith("Timestamp(ns"), f"{written}: Grafana reads nanoseconds whatever the unit"
        return "time"
    assert written in TYPES, f"{written} is refused by Grafana"
    return TYPES[written]


def texts(metadata):
    return {key.decode(): value.decode() for key, value in (metadata or {}).items()}


def problems(frame):
    """Each rule of Grafana that a frame breaks, as a sentence."""
    return [*shape(frame), *meta(frame), *kind(frame), *(one for each in frame.fields for one in appearance(each))]


def shape(frame):
    if len({len(one.values) for one in frame.fields}) > 1:
        yield "its fields have different lengths"
    keys = [(one.name, tuple(sorted(one.labels.items()))) for one in frame.fields]
    if len(keys) != len(set(keys)):
        yield "two fields have the same name and labels"
    yield from (
        f"{one.name} is required and has a null" for one in frame.fields if not one.nullable and None in one.values
    )
    numbers = (one for one in frame.fields if one.type == "number")
    yield from (f"{one.name} is not finite" for one in numbers if any(map(is_endless, one.values)))


def is_endless(value):
    return value is not None and not math.isfinite(value)


def meta(frame):
    for notice in frame.meta.get("notices", []):
        if notice["severity"] not in {"info", "warning", "error"}:
            yield f"a notice has the severity {notice['severity']}, which fails the whole answer"
        if not notice["text"].endswith("."):
            yield f"a notice is no sentence: {notice['text']}"
    if "type" in frame.meta and frame.meta.get("typeVersion") != [0, 1]:
        yield "its type has no version, so that it is not read as that type"


def kind(frame):
    """What the declared type, or the name, promises."""
    if frame.name in {"nodes", "edges"}:
        yield from graph(frame)
    if frame.name == "events":
        yield from annotations(frame)
    declared = frame.meta.get("type", "")
    if declared.startswith("timeseries"):
        yield from series(frame, declared)
    if declared == "numeric-wide":
        yield from (
            f"{one.name} has no labels, so that alert rules cannot tell it" for one in frame.fields if not one.labels
        )
        if frame.size != 1 and frame.fields:
            yield f"it has {frame.size} rows instead of one"
    if declared == "numeric-long" and sum(one.type in NUMERIC for one in frame.fields) != 1:
        yield "it has not one number beside its words"


def series(frame, declared):
    times = [one for one in frame.fields if one.type == "time"]
    if len(times) != 1 or frame.fields[0] is not times[0]:
        yield "it has not one time, as its first field"
    elif times[0].nullable:
        yield "its time is nullable, so that alert rules do not find it"
    elif times[0].values != sorted(times[0].values):
        yield "its times do not rise"
    if declared in {"timeseries-wide", "timeseries-multi"}:
        numbers = [one for one in frame.fields if one.type != "time"]
        yield from (f"{one.name} is no number" for one in numbers if one.type not in NUMERIC)
        yield from (f"{one.name} has no labels" for one in numbers if not one.labels)
        if times and len(set(times[0].values)) != len(times[0].values):
            yield "a time is there twice"
    if declared == "timeseries-multi" and len(frame.fields) > 2:
        yield "it has more than one value"


def annotations(frame):
    for name in ("time", "timeEnd"):
        if name not in frame.names or frame[name].type != "time" or frame[name].nullable or None in frame[name].values:
            yield f"{name} is missing or may be null, which breaks every panel of a board"


def graph(frame):
    ids = frame["id"].values
    if None in ids or len(ids) != len(set(ids)):
        yield "an id is missing or there twice"
    if frame.name == "edges":
        yield from (f"{name} is missing" for name in ("source", "target") if name not in frame.names)
        return
    places = [one for one in frame.fields if one.name in {"fixedX", "fixedY"}]
    if len(places) == 1 or any(None in one.values for one in places):
        yield "a node has no place while others have"
    arcs = [one for one in frame.fields if one.name.startswith("arc__")]
    yield from (f"{one.name} has no colour" for one in arcs if "fixedColor" not in one.config.get("color", {}))
    # A node without any arc is drawn as a circle of one colour.
    if arcs and any(any(row) and abs(sum(row) - 1) > 1e-9 for row in zip(*(one.values for one in arcs), strict=True)):
        yield "the arcs of a node are not one circle"


def appearance(one):
    config = one.config
    if not isinstance(config.get("decimals", 0), int) or config.get("decimals", 0) < 0:
        yield f"{one.name}: decimals fail the whole answer"
    if not all(isinstance(text, str) for text in (*one.labels, *one.labels.values())):
        yield f"{one.name}: a label is no text"
    steps = config.get("thresholds", {}).get("steps", [])
    if steps:
        lines = [step.get("value") for step in steps]
        if None in lines or lines[0] > -1e299:
            yield f"{one.name}: the first step is not below everything"
        elif lines != sorted(set(lines)):
            yield f"{one.name}: the steps do not rise"
        if any(set(step) - {"value", "color", "state"} for step in steps):
            yield f"{one.name}: an unknown key in a step is an error in newer versions"
        if config.get("color", {}).get("mode") not in {"thresholds", "fixed"}:
            yield f"{one.name}: without a colour mode the panel's palette wins"
    yield from (
        f"{one.name}: a link has no title or address"
        for link in config.get("links", [])
        if not link["title"] or not link["url"]
    )
    options = [each for mapping in config.get("mappings", []) for each in mapping["options"].values()]
    yield from (
        f"{one.name}: {each['color']} is no colour of a status"
        for each in options
        if each.get("color", "#5794F2") not in COLORS
    )


def checked(frames):
    """The frames, if none breaks a rule; those of a node graph fit each other too."""
    broken = [f"{frame.name}: {sentence}" for frame in frames for sentence in problems(frame)]
    by_name = {frame.name: frame for frame in frames}
    if {"nodes", "edges"} <= by_name.keys():
        known = set(by_name["nodes"]["id"].values)
        ends = {*by_name["edges"]["source"].values, *by_name["edges"]["target"].values}
        broken += [f"edges: {end} is no node, and the panel dies" for end in ends - known]
    assert not broken, "\n".join(broken)
    return frames
