"""Frames: what is encoded is what Grafana reads, and the checker of the tests knows a frame that Grafana would not."""

from io import BytesIO

import duckdb
import pytest
from arro3.core import Array, DataType, Schema, Table
from arro3.core import Field as ArrowField
from arro3.io import read_ipc, write_ipc

from frames import checked, decode, problems
from scorecard_exporter.grafana.frames import Field, Frame


def encoded(*fields, name="things", **options):
    """The frame as Grafana reads it."""
    return decode(Frame(name=name, fields=fields, **options).encoded("B"))


def test_values_of_every_type_arrive_with_their_nulls():
    """A time is given in microseconds and read in nanoseconds."""
    frame = encoded(
        Field(name="when", type="time", values=[1_750_000_000_000_001, None]),
        Field(name="word", type="text", values=["déjà vu ✓", None]),
        Field(name="number", type="number", values=[0.1, None]),
        Field(name="count", type="whole", values=[2**53, None]),
    )
    assert frame.rows() == [
        {"when": 1_750_000_000_000_001_000, "word": "déjà vu ✓", "number": 0.1, "count": 2**53},
        {"when": None, "word": None, "number": None, "count": None},
    ]
    assert (frame.name, frame.ref_id) == ("things", "B")
    assert all(field.nullable for field in frame.fields)


def test_another_reader_of_arrow_sees_the_same():
    """DuckDB, which has a reader of its own for what it is given."""
    fields = (
        Field(name="when", type="time", values=[1_750_000_000_000_000], required=True),
        Field(name="word", type="text", values=["x"]),
        Field(name="number", type="number", values=[1.5]),
    )
    things = read_ipc(BytesIO(Frame(name="one", fields=fields).encoded("A"))).read_all()
    with duckdb.connect() as connection:
        connection.register("things", things)
        found = connection.sql('select epoch_ns("when"), word, number, typeof("when") from things').fetchall()
    assert found == [(1_750_000_000_000_000_000, "x", 1.5, "TIMESTAMP_NS")]


def test_what_a_field_looks_like_travels_with_it():
    config = {"displayNameFromDS": "A: B", "unit": "s", "links": [{"title": "Go", "url": "/d/x"}]}
    frame = encoded(
        Field(name="a", type="number", values=[1], config=config, labels={"team": "Zürich"}),
        Field(name="b", type="number", values=[1], required=True),
        meta={"type": "table", "typeVersion": [0, 1]},
        notices=("There was more.",),
    )
    assert frame["a"].config == config
    assert frame["a"].labels == {"team": "Zürich"}
    assert not frame["b"].nullable
    assert frame.meta == {
        "type": "table",
        "typeVersion": [0, 1],
        "notices": [{"severity": "info", "text": "There was more."}],
    }


def test_a_frame_may_have_no_rows_and_no_fields():
    assert encoded(Field(name="when", type="time", values=[], required=True)).size == 0
    assert encoded().fields == []


def test_a_text_that_is_no_unicode_is_kept_as_far_as_it_is():
    """Half of a surrogate pair, as a source may have cut it."""
    assert encoded(Field(name="word", type="text", values=["a\ud83d", None])).rows() == [{"word": "a?"}, {"word": None}]


TIME = Field(name="time", type="time", values=[1, 2], required=True)
NUMBER = Field(name="n", type="number", values=[1, 2], labels={"a": "b"})
SERIES = {"type": "timeseries-wide", "typeVersion": [0, 1]}
STEPS = {"color": {"mode": "thresholds"}, "thresholds": {"mode": "absolute", "steps": []}}


def stepped(*steps, **config):
    return Field(
        name="n",
        type="number",
        values=[1, 2],
        config={**STEPS, "thresholds": {"mode": "absolute", "steps": list(steps)}, **config},
    )


LOWEST = {"value": -1e300, "color": "red"}
BROKEN = [
    ({"fields": (NUMBER, NUMBER)}, "two fields have the same name and labels"),
    ({"fields": (TIME, Field(name="n", type="number", values=[float("nan"), 1]))}, "n is not finite"),
    (
        {"fields": (TIME, NUMBER), "meta": {"type": "timeseries-wide"}},
        "its type has no version, so that it is not read as that type",
    ),
    ({"fields": (NUMBER, TIME), "meta": SERIES}, "it has not one time, as its first field"),
    (
        {"fields": (Field(name="time", type="time", values=[1, 2]), NUMBER), "meta": SERIES},
        "its time is nullable, so that alert rules do not find it",
    ),
    (
        {"fields": (Field(name="time", type="time", values=[2, 1], required=True), NUMBER), "meta": SERIES},
        "its times do not rise",
    ),
    (
        {"fields": (Field(name="time", type="time", values=[1, 1], required=True), NUMBER), "meta": SERIES},
        "a time is there twice",
    ),
    ({"fields": (TIME, Field(name="n", type="number", values=[1, 2])), "meta": SERIES}, "n has no labels"),
    (
        {"fields": (TIME, Field(name="n", type="text", values=["a", "b"], labels={"a": "b"})), "meta": SERIES},
        "n is no number",
    ),
    ({"fields": (NUMBER,), "meta": {"type": "numeric-wide", "typeVersion": [0, 1]}}, "it has 2 rows instead of one"),
    (
        {"fields": (TIME,), "meta": {"type": "numeric-long", "typeVersion": [0, 1]}},
        "it has not one number beside its words",
    ),
    ({"fields": (TIME,), "notices": ("no sentence",)}, "a notice is no sentence: no sentence"),
    ({"fields": (stepped({"value": 0, "color": "red"}),)}, "n: the first step is not below everything"),
    (
        {"fields": (stepped(LOWEST, {"value": 2, "color": "a"}, {"value": 1, "color": "b"}),)},
        "n: the steps do not rise",
    ),
    ({"fields": (stepped({**LOWEST, "index": 0}),)}, "n: an unknown key in a step is an error in newer versions"),
    ({"fields": (stepped(LOWEST, color={}),)}, "n: without a colour mode the panel's palette wins"),
    ({"fields": (stepped(LOWEST, decimals=-1),)}, "n: decimals fail the whole answer"),
    (
        {"fields": (TIME, Field(name="timeEnd", type="time", values=[1, None])), "name": "events"},
        "timeEnd is missing or may be null, which breaks every panel of a board",
    ),
    (
        {"fields": (Field(name="id", type="text", values=["a", "a"]),), "name": "nodes"},
        "an id is missing or there twice",
    ),
    ({"fields": (Field(name="id", type="text", values=["a", "b"]),), "name": "edges"}, "source is missing"),
    (
        {
            "fields": (
                Field(name="id", type="text", values=["a", "b"]),
                Field(name="fixedX", type="number", values=[1, 2]),
            ),
            "name": "nodes",
        },
        "a node has no place while others have",
    ),
    (
        {
            "fields": (
                Field(name="id", type="text", values=["a"]),
                Field(name="arc__a", type="number", values=[0.5], config={"color": {"fixedColor": "red"}}),
            ),
            "name": "nodes",
        },
        "the arcs of a node are not one circle",
    ),
]


@pytest.mark.parametrize(("options", "sentence"), BROKEN, ids=[sentence for _, sentence in BROKEN])
def test_the_checker_finds_what_grafana_would_stumble_over(options, sentence):
    assert sentence in problems(
        encoded(*options["fields"], **{key: options[key] for key in options.keys() - {"fields"}})
    )


def test_the_checker_finds_an_edge_that_leads_nowhere():
    nodes = encoded(Field(name="id", type="text", values=["a"]), name="nodes")
    edges = encoded(
        *(
            Field(name=name, type="text", values=["a" if name != "target" else "b"])
            for name in ("id", "source", "target")
        ),
        name="edges",
    )
    with pytest.raises(AssertionError, match="b is no node"):
        checked([nodes, edges])


@pytest.mark.parametrize("refused", [DataType.large_string(), DataType.date32(), DataType.timestamp("ms")])
def test_the_checker_refuses_a_type_that_grafana_refuses(refused, tmp_path):
    table = Table.from_arrays(
        [
            Array([], type=DataType.int64()).cast(refused)
            if refused != DataType.large_string()
            else Array([], type=refused)
        ],
        schema=Schema([ArrowField("x", refused, nullable=True)]),
    )
    path = tmp_path / "frame"
    write_ipc(table, path, compression=None)
    with pytest.raises(AssertionError):
        decode(path.read_bytes())
