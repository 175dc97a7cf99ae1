"""Observations that are given: what is taken, what is refused, and that every mistake is named at once."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from scorecard_exporter.errors import MalformedDeliveryError, RefusedDeliveryError, WrongFieldsError
from scorecard_exporter.sources.observations.checking import KnownSeries
from scorecard_exporter.sources.observations.door import ObservationDoor

TOKEN = "a token that nobody guesses"  # noqa: S105  it opens nothing
AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
SERIES = {
    "cloud_cost": KnownSeries("eur", ("checkout", "search")),
    "trained": KnownSeries("count", ("platform",)),
    "availability": KnownSeries("ratio", ("platform",)),
}
GIVEN = {"series": "trained", "subject": "platform", "value": 7, "at": "2026-11-24T09:00:00Z"}


def door(*tokens):
    return ObservationDoor(tuple(map(SecretStr, tokens or (TOKEN,))), SERIES, ZoneInfo("Europe/Berlin"))


def accept(body, headers=None):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return door().accept({"authorization": f"Bearer {TOKEN}", **(headers or {})}, content, AT)


def records(body):
    pushed = door().parse(accept(body))
    assert pushed.problems == ()
    return pushed.records


def wrong(body):
    with pytest.raises(WrongFieldsError) as refusal:
        accept(body)
    return {one.field: one for one in refusal.value.fields}


def test_a_cost_of_last_month_is_one_record_of_its_span_in_the_zone_of_the_configuration():
    """November began in Berlin at 23:00 UTC of 31 October; the date alone is that midnight."""
    given = {"series": "cloud_cost", "subject": "checkout", "value": 1200.5, "unit": "EUR"}
    (found,) = records({**given, "starts_at": "2026-10-01", "ends_at": "2026-11-01"})
    assert (found.origin, found.series, found.subject) == ("observations:cloud_cost", "cloud_cost", "checkout")
    assert (found.value, found.unit) == (Decimal("1200.5"), "eur")
    assert found.starts_at == datetime(2026, 9, 30, 22, tzinfo=UTC)
    assert found.ends_at == datetime(2026, 10, 31, 23, tzinfo=UTC)


def test_the_same_series_subject_and_time_have_the_same_key_however_they_are_written():
    (one,), (other,) = records(GIVEN), records({**GIVEN, "value": "8", "at": "2026-11-24T10:00:00+01:00"})
    assert one.key == other.key
    assert (one.value, other.value) == (7, 8)


def test_no_digit_of_a_value_changes_on_the_way():
    (found,) = records(b'{"series": "availability", "subject": "platform", "value": 0.999501, "at": "2026-11-01"}')
    assert found.value == Decimal("0.999501")


@pytest.mark.parametrize(
    ("change", "field", "message", "allowed"),
    [
        (
            {"series": "trainde"},
            "series",
            "the series 'trainde' is unknown; did you mean 'trained'?",
            tuple(sorted(SERIES)),
        ),
        ({"subject": "shop"}, "subject", "the subject 'shop' is unknown", ("platform",)),
        ({"subject": None}, "subject", "subject is missing", ("platform",)),
        ({"unit": "ratio"}, "unit", "series 'trained' is in count, not in 'ratio'", ("count",)),
        ({"value": -1}, "value", "-1 count is below zero", ()),
        ({"value": "many"}, "value", "'many' is not a number", ()),
        ({"value": True}, "value", "'True' is not a number", ()),
        ({"value": 1e30}, "value", "is beyond 100,000,000,000", ()),
        ({"value": None}, "value", "value is missing", ()),
        ({"at": None}, "at", "the time is missing", ("at", "starts_at", "ends_at")),
        ({"at": "2026-11-25T12:06:00Z"}, "at", "is in the future", ()),
        ({"at": "1066-10-14T09:00:00Z"}, "at", "is before 1990", ()),
        ({"at": "yesterday"}, "at", "is not a time such as", ()),
        ({"starts_at": "2026-11-01"}, "", "give either `at`, or `starts_at` and `ends_at`", ()),
        ({"at": None, "starts_at": "2026-11-01", "ends_at": "2026-12-01"}, "ends_at", "that time is not over", ()),
        ({"at": None, "starts_at": "2026-11-02", "ends_at": "2026-11-01"}, "", "ends_at is before starts_at", ()),
        ({"person": "eve"}, "person", "the field 'person' is unknown", None),
        ({"key": "x"}, "key", "the field 'key' is unknown", None),
    ],
)
def test_what_is_wrong_is_told_by_field_with_what_is_allowed(change, field, message, allowed):
    found = wrong({**GIVEN, **change})
    assert list(found) == [field]
    assert message in found[field].message
    assert allowed in (None, found[field].allowed)


def test_a_subject_is_told_without_regard_to_case_and_patterns_of_the_configuration_hold():
    (found,), (other,) = records({**GIVEN, "subject": "PLATFORM"}), records(GIVEN)
    assert found.key == other.key
    anything = ObservationDoor((SecretStr(TOKEN),), {"trained": KnownSeries("count", ("*",))}, UTC)
    body = json.dumps({name: value for name, value in GIVEN.items() if name != "subject"}).encode()
    (found,) = anything.parse(anything.accept({"authorization": f"Bearer {TOKEN}"}, body, AT)).records
    assert found.subject == ""


def test_a_sender_whose_clock_is_a_little_ahead_is_taken():
    assert records({**GIVEN, "at": "2026-11-25T12:04:00Z"})


def test_all_mistakes_of_all_observations_are_named_at_once_and_nothing_is_taken():
    found = wrong({"observations": [GIVEN, {**GIVEN, "value": -1, "subject": "shop"}, {**GIVEN, "at": "never"}]})
    assert sorted(found) == ["observations[1].subject", "observations[1].value", "observations[2].at"]


def test_a_message_is_short_however_much_is_wrong():
    with pytest.raises(WrongFieldsError, match=r"and 80 more$") as refusal:
        accept({"observations": [{**GIVEN, "value": f"{n} apples"} for n in range(100)]})
    assert len(refusal.value.fields) == 100


def test_two_values_of_one_time_in_a_body_are_refused_and_the_same_one_twice_is_not():
    found = wrong({"observations": [GIVEN, {**GIVEN, "value": 8}]})
    assert found["observations[1]"].message.endswith("stands at observations[0]")
    assert len(records({"observations": [GIVEN, GIVEN]})) == 2


@pytest.mark.parametrize(
    "body", [[], {}, 7, None, {"observations": []}, {"observations": [7]}, {"observations": {}}, {"deployments": []}]
)
def test_a_body_of_another_shape_is_refused(body):
    assert wrong(body)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"value": NaN}', b"[" * 100_000])
def test_a_body_that_is_not_json_is_refused(body):
    assert "the body is not JSON" in wrong(body)[""].message


def test_a_body_larger_than_a_mebibyte_is_refused_before_it_is_read():
    with pytest.raises(MalformedDeliveryError, match="larger than 1 MiB"):
        accept(b"[" * ((1 << 20) + 1))


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer another", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
def test_who_has_not_the_token_is_refused_before_the_body_is_read(header):
    with pytest.raises(RefusedDeliveryError) as refusal:
        accept(b"no JSON", {"authorization": header})
    assert TOKEN not in str(refusal.value)


def test_either_of_two_tokens_is_right_while_one_replaces_the_other():
    for token in ("old token", "new token"):
        assert door("old token", "new token").accept(
            {"authorization": f"bearer {token}"}, json.dumps(GIVEN).encode(), AT
        )


def test_what_was_accepted_is_read_the_same_after_its_series_is_gone_from_the_configuration():
    delivery = accept(GIVEN, {"idempotency-key": "job 17"})
    assert delivery.id == "job 17"
    empty = ObservationDoor((), {}, UTC)
    assert empty.parse(delivery).records == door().parse(delivery).records != ()
