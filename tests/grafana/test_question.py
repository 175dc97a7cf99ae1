"""The JSON of a query, which anyone who may see a board can write."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scorecard_exporter.grafana.pluginv2.backend_pb2 import DataQuery, TimeRange
from scorecard_exporter.grafana.question import KEYS, Question, QuestionError

KINDS = ("history", "scorecard")
HOUR = 3_600_000
NOW = 1_790_000_000_000


def query(raw=b"{}", kind="scorecard", first=NOW - HOUR, last=NOW, most=100):
    body = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    span = TimeRange(fromEpochMS=first, toEpochMS=last)
    return DataQuery(refId="A", json=body, queryType=kind, timeRange=span, maxDataPoints=most)


def read(raw=b"{}", **options):
    return Question.read(query(raw, **options), KINDS)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("", ()),
        ("a", ("a",)),
        ("a,b", ("a", "b")),
        ("{a,b}", ("a", "b")),
        (" a , b ,, a ", ("a", "b")),
        ("All", ()),
        ("$__all", ()),
        ("{a,$__all}", ()),
        ("{}", ()),
        ("a b", ("a b",)),
    ],
)
def test_a_list_is_read_as_variables_write_it(written, names):
    """Separated by commas, in braces or not; all is no wish."""
    assert read({"team": written}).many("team") == names


@pytest.mark.parametrize(
    ("keys", "is_all"),
    [
        ({}, False),
        ({"team": ""}, False),
        ({"team": "All"}, True),
        ({"team": "$__all"}, True),
        ({"team": "{a,All}"}, True),
        ({"team": "Allies"}, False),
    ],
)
def test_all_in_so_many_words_is_more_than_nothing(keys, is_all):
    assert read(keys).wants_all("team") is is_all


def test_the_first_of_several_is_meant_where_one_is():
    assert read({"team": "b,a"}).one("team") == "b"
    assert read({"team": "All"}).one("team") is None


def test_a_missing_key_null_and_a_number_are_read():
    asked = read({"limit": 7, "team": None, "refId": "A", "datasource": {"uid": "x"}, "hide": False})
    assert asked.number("limit", 5, 10) == 7
    assert asked.number("most", 5, 10) == 5
    assert asked.one("team") is None


def test_the_kind_is_grafanas_own_field_or_in_the_json():
    assert read(b"", kind="history").kind == "history"
    assert read({"queryType": "history"}, kind="").kind == "history"


BAD = [
    (b"{", "The query is no JSON that can be read."),
    (b"\xff\xfe", "The query is no JSON that can be read."),
    (b"[" * 8_000, "The query is no JSON that can be read."),
    (b'{"team": ' + b'{"a":' * 2_000 + b"1" + b"}" * 2_001, "The query is no JSON that can be read."),
    (b"[]", "The query is no JSON object."),
    (b'"scorecard"', "The query is no JSON object."),
    (b'{"a": "' + b"x" * 20_000 + b'"}', "The query has 20,009 bytes; at most 16,384 are read."),
    ({"team": ["a", "b"]}, "team must be a text; several names are separated by commas."),
    ({"team": {"$ne": 1}}, "team must be a text; several names are separated by commas."),
    ({"team": True}, "team must be a text; several names are separated by commas."),
    ({"limit": 10**400}, "limit must be a text; several names are separated by commas."),
    ({"limit": 1.5}, "limit must be a text; several names are separated by commas."),
]


@pytest.mark.parametrize(("raw", "sentence"), BAD, ids=range(len(BAD)))
def test_what_is_no_query_is_refused_with_a_sentence(raw, sentence):
    with pytest.raises(QuestionError) as refused:
        read(raw)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("limit", ["0", "11", "-1", "1e1", "ten", "0x5", "9" * 5_000, "\N{ARABIC-INDIC DIGIT THREE}"])
def test_a_limit_is_a_whole_number_in_its_bounds(limit):
    with pytest.raises(QuestionError, match="whole number from 1 to 10"):
        read({"limit": limit}).number("limit", 5, 10)


def test_a_word_that_a_key_cannot_have_is_answered_with_those_it_can():
    with pytest.raises(QuestionError, match=r"Did you mean 'table'.* table, wide"):
        read({"format": "tabel"}).choice("format", ("table", "wide"))


def test_a_kind_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(QuestionError, match="Did you mean 'scorecard'"):
        read(kind="scorecrad")
    with pytest.raises(QuestionError, match="no kind; choose one of history, scorecard"):
        read(kind="")


def test_too_many_names_are_refused():
    with pytest.raises(QuestionError, match="team names 501 things"):
        read({"team": ",".join(map(str, range(501)))}).many("team")


def test_a_time_that_ends_before_it_begins_is_refused():
    with pytest.raises(QuestionError, match="ends before it begins"):
        read(first=NOW, last=NOW - 1)


@pytest.mark.parametrize(("first", "last"), [(-(2**63), 2**63 - 1), (0, NOW), (NOW, 2**62)])
def test_a_time_out_of_this_world_is_brought_back_into_it(first, last):
    """From the year 2000 to 2200, in microseconds that a date can have."""
    asked = read(first=first, last=last)
    assert 946_684_800_000_000 <= asked.first <= asked.last <= 7_258_118_400_000_000


documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(sorted(KEYS)) | st.text(), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(
    raw=st.one_of(st.binary(), documents.map(lambda one: json.dumps(one).encode())),
    kind=st.sampled_from(["", *KINDS]) | st.text(max_size=9),
)
def test_whatever_is_sent_it_is_a_question_or_a_sentence(raw, kind):
    with contextlib.suppress(QuestionError):
        asked = read(raw, kind=kind)
        for key in KEYS:
            asked.many(key)
            asked.wants_all(key)
        asked.choice("format", ("table", "wide"))
        asked.number("limit", 1, 10)
