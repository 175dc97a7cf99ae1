"""Reading what a system sent: every field may be missing, null, or of another type than it should be."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from scorecard_exporter.events.model import Build
from scorecard_exporter.sources.kit.body import Body, MalformedError, bodies_of, moment_of, parse_each

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MISSING = object()

FIELDS = [
    ("text", "a", "a"),
    ("text", 7, "7"),
    ("text", "two\nlines\x1b[31m", "two lines�[31m"),
    ("lines", "two\nlines", "two\nlines"),
    ("lines", None, ""),
    ("lines", MISSING, ""),
    ("whole", 7, 7),
    ("whole", "-7", -7),
    ("whole", 10**30, 10**30),
    ("number", 7, 7),
    ("number", 0.5, 0.5),
    ("flag", True, True),
    ("flag", False, False),
    ("flag", None, False),
    ("flag", MISSING, False),
    ("time", "2026-03-01T12:00:00Z", NOON),
    ("time", "2026-03-01T14:00:00+02:00", NOON),
    ("time", "2026-03-01T12:00:00.000+0000", NOON),
    ("time_or_none", None, None),
    ("time_or_none", "", None),
    ("time_or_none", MISSING, None),
    ("texts", ["a", 7, None, "b\x00"], ("a", "b�")),
    ("texts", None, ()),
    ("items", [1, None], [1, None]),
    ("items", MISSING, []),
    ("body", None, None),
    ("body", MISSING, None),
]


@pytest.mark.parametrize(("read", "value", "expected"), FIELDS)
def test_a_field_is_read(read, value, expected):
    data = {} if value is MISSING else {"field": value}
    assert getattr(Body(data), read)("field") == expected


MALFORMED = [
    ("text", MISSING, "a text"),
    ("text", None, "a text"),
    ("text", True, "a text"),
    ("text", ["a"], "a text"),
    ("lines", 7, "a text"),
    ("whole", "7.5", "a whole number"),
    ("whole", 7.5, "a whole number"),
    ("whole", True, "a whole number"),
    ("whole", None, "a whole number"),
    ("number", "7", "a number"),
    ("number", float("nan"), "a number"),
    ("number", float("inf"), "a number"),
    ("flag", "yes", "true or false"),
    ("flag", 1, "true or false"),
    ("time", None, "a time"),
    ("time", "", "a time"),
    ("time", "yesterday", "a time"),
    ("time", "2026-03-01T12:00:00", "a time"),
    ("time", 1_772_366_400, "a time"),
    ("time_or_none", "9999-12-31T23:59:59-14:00", "a time"),
    ("time_or_none", [], "a time"),
    ("body", "text", "an object"),
    ("body", [], "an object"),
    ("inner", MISSING, "an object"),
    ("items", {}, "a list"),
    ("texts", "a", "a list"),
]


@pytest.mark.parametrize(("read", "value", "what"), MALFORMED)
def test_a_field_of_another_type_is_malformed_and_named(read, value, what):
    data = {} if value is MISSING else {"field": value}
    with pytest.raises(MalformedError, match=rf"thing\.field is .*not {what}"):
        getattr(Body(data, "thing"), read)("field")


@pytest.mark.parametrize(("read", "default"), [("text", ""), ("whole", 0), ("number", 0.5)])
@pytest.mark.parametrize("data", [{}, {"field": None}], ids=["missing", "null"])
def test_what_is_missing_may_have_a_default(read, default, data):
    assert getattr(Body(data), read)("field", default) == default


@pytest.mark.parametrize(("read", "default"), [("text", ""), ("whole", 0), ("number", 0.5)])
def test_what_is_of_another_type_is_malformed_with_a_default_too(read, default):
    with pytest.raises(MalformedError):
        getattr(Body({"field": []}), read)("field", default)


def test_the_place_of_a_field_is_told_from_the_outermost_body():
    body = Body({"a": {"b": [{"c": 7}]}})
    (innermost,) = body.body("a").bodies("b")
    with pytest.raises(MalformedError, match=r"^a\.b\.c is"):
        innermost.items("c")


@pytest.mark.parametrize("data", [None, [], "text", 7])
def test_what_is_no_object_is_malformed(data):
    with pytest.raises(MalformedError, match=r"the whole is .*not an object"):
        Body(data)


@pytest.mark.parametrize("data", [None, {}, "text", 7])
def test_what_is_no_list_is_malformed(data):
    with pytest.raises(MalformedError, match=r"builds are .*not a list"):
        bodies_of(data, "builds")


@pytest.mark.parametrize(
    ("written", "zone", "expected"),
    [
        ("2026-03-01T12:00:00", timezone(timedelta(hours=2)), NOON - timedelta(hours=2)),
        ("2026-03-01T12:00:00Z", timezone(timedelta(hours=2)), NOON),
        ("2026-03-01T12:00:00", None, None),
        ("0001-01-01T00:00:00+14:00", None, None),
        (None, None, None),
    ],
)
def test_a_time_without_a_zone_is_in_that_which_the_system_documents(written, zone, expected):
    assert moment_of(written, zone) == expected


def test_what_is_malformed_costs_only_itself_and_is_said_once():
    def parse(body):
        yield Build(origin="s:a", key=body.text("id"), started_at=body.time("at"))

    at = "2026-03-01T12:00:00Z"
    items = [{"id": 1, "at": at}, {"at": at}, None, {"id": 2}, {"id": 3}, {"id": 4, "at": at}]
    piece = parse_each(items, parse, what="a build", origin="s:a")
    assert [record.key for record in piece.records] == ["1", "4"]
    assert [(problem.code, problem.origin) for problem in piece.problems] == [("malformed", "s:a")] * 3
    assert piece.problems[0].message == "a build of s:a could not be read: id is missing, not a text; it is left out"
