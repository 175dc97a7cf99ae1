"""From an answer of Prometheus to observations: one value a subject and moment, or none, and why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from scorecard_exporter.sources.prometheus.observations import Series, observations
from scorecard_exporter.sources.prometheus.queries import Answer, Sampled

T = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
COST = Series(
    name="cost",
    origin="prom:cost",
    expression="sum by (service) (cost)",
    step=3_600_000_000,
    unit="eur",
    label="service",
    subject="",
    is_over_step=False,
)


def sampled(*values, **labels):
    return Sampled(labels, tuple((T + number * HOUR, value) for number, value in enumerate(values) if value))


def read(*series, of=COST, **said):
    return observations(of, Answer(series, **said))


def values(piece):
    return [(one.subject, (one.ends_at - T) // HOUR, one.value) for one in piece.records]


def test_each_value_is_an_observation_of_the_subject_that_the_label_names():
    piece = read(sampled("1.5", "2", service="checkout"), sampled("3", service="catalog"))
    assert values(piece) == [
        ("catalog", 0, Decimal(3)),
        ("checkout", 0, Decimal("1.5")),
        ("checkout", 1, Decimal(2)),
    ]
    first = piece.records[0]
    assert (first.origin, first.series, first.unit) == ("prom:cost", "cost", "eur")
    assert first.key == "cost/catalog/2026-03-01T12:00:00+00:00"
    assert first.starts_at == first.ends_at == T
    assert piece.problems == ()


def test_a_value_over_a_step_stands_for_the_step_that_ends_with_it():
    (record,) = read(sampled("7", service="checkout"), of=replace(COST, is_over_step=True)).records
    assert (record.starts_at, record.ends_at) == (T - HOUR, T)


def test_a_fixed_subject_needs_no_label():
    (record,) = read(sampled("7", job="shop"), of=replace(COST, label="", subject="team/payments")).records
    assert record.subject == "team/payments"


@pytest.mark.parametrize("written", ["NaN", "+Inf", "-Inf"])
def test_what_is_not_finite_is_no_value(written):
    piece = read(sampled("1", written, "3", service="checkout"))
    assert [hour for _, hour, _ in values(piece)] == [0, 2]
    assert piece.problems == ()


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0", Decimal(0)),
        ("-0", Decimal(0)),
        ("1.5e-05", Decimal("0.000015")),
        ("1e+11", Decimal(100_000_000_000)),
        ("0.1", Decimal("0.1")),
    ],
)
def test_a_value_is_taken_exactly_as_it_is_written(written, value):
    assert values(read(sampled(written, service="checkout"))) == [("checkout", 0, value)]


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("1.1e+11", "its value for 'checkout' is 1.1e+11, beyond 100,000,000,000; divide in the expression"),
        ("many", "its value for 'checkout' is 'many', which is no number"),
        ("", "which is no number"),
    ],
)
def test_what_is_no_number_is_a_problem_and_the_others_go_on(written, words):
    series = Sampled({"service": "checkout"}, ((T, written), (T + HOUR, "2")))
    piece = read(series)
    assert values(piece) == [("checkout", 1, Decimal(2))]
    assert [problem.code for problem in piece.problems] == ["no_number"]
    assert words in piece.problems[0].message


def test_two_results_at_once_for_one_subject_are_ambiguous_and_neither_is_taken():
    piece = read(
        sampled("1", "2", service="checkout", instance="a", job="shop"),
        sampled("3", None, service="checkout", instance="b", job="shop"),
        sampled("9", service="catalog"),
    )
    # At the second hour there is only one: nothing is unclear about that.
    assert values(piece) == [("catalog", 0, Decimal(9)), ("checkout", 1, Decimal(2))]
    (problem,) = piece.problems
    assert (problem.code, problem.origin) == ("ambiguous", "prom:cost")
    assert problem.message == (
        "the expression of series 'cost': it gives 2 results at once for 'checkout', which differ in `instance`; none "
        "was taken. Write what shall become of them, as `sum by (service) (…)`"
    )


def test_a_fixed_subject_with_several_results_is_ambiguous_too():
    piece = read(
        sampled("1", service="a"), sampled("2", service="b"), of=replace(COST, label="", subject="team/payments")
    )
    assert piece.records == ()
    assert (
        "differ in `service`; none was taken. Write what shall become of them, as `sum (…)`"
        in piece.problems[0].message
    )


def test_a_series_that_goes_on_under_other_labels_is_one():
    """A restarted pod has another name; there is one value at each moment all the same."""
    before = Sampled({"service": "checkout", "pod": "a"}, ((T, "1"),))
    after = Sampled({"service": "checkout", "pod": "b"}, ((T + HOUR, "2"),))
    piece = read(before, after)
    assert values(piece) == [("checkout", 0, Decimal(1)), ("checkout", 1, Decimal(2))]
    assert piece.problems == ()


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        ({"job": "shop", "app": "x"}, "its labels: `app`, `job`"),
        ({}, "its labels: none at all"),
        ({"service": ""}, "a result without the label `service`"),
    ],
    ids=str,
)
def test_a_result_without_the_label_is_about_nobody(labels, words):
    piece = read(sampled("1", **labels))
    assert piece.records == ()
    assert [problem.code for problem in piece.problems] == ["no_subject"]
    assert words in piece.problems[0].message


def test_native_histograms_are_no_numbers():
    piece = read(replace(sampled(service="checkout"), histograms=True))
    assert piece.records == ()
    assert [problem.code for problem in piece.problems] == ["no_number"]


def test_warnings_and_what_could_not_be_read_are_told():
    piece = read(sampled("1", service="checkout"), warnings=("slow store",), malformed=("metric is a list",))
    assert values(piece) == [("checkout", 0, Decimal(1))]
    assert [(one.code, one.message.partition(": ")[2]) for one in piece.problems] == [
        ("warning", "its answer comes with a warning: slow store"),
        ("malformed", "a part of its answer was left out: metric is a list"),
    ]


def test_nothing_in_the_answer_is_nothing_and_never_zero():
    assert read() == read(sampled(service="checkout"))
    assert read().records == ()


@pytest.mark.parametrize("code", ["ambiguous", "no_subject", "no_number", "warning", "malformed"])
def test_every_problem_is_on_the_page(checkout, code):
    assert f"| `{code}` |" in (checkout / "docs/sources/prometheus.md").read_text()
