"""Every statement keeps to the SQL that DuckDB, PostgreSQL, Trino and Spark run alike; a linter refuses the rest."""

import re
from importlib import resources

import pytest

from scorecard_exporter.measures.evaluate import evaluate
from scorecard_exporter.measures.happenings import happenings
from scorecard_exporter.measures.inquiry import inquire
from scorecard_exporter.measures.model import Period
from scorecard_exporter.measures.recipes import RECIPES

KEYWORDS = frozenset(
    re.findall(
        r"\w+",
        """select distinct from where and or not in is null as with join inner left on union all group by order asc desc
    case when then else end cast bigint varchar over partition rows range between unbounded preceding following
    current row exists having values""",
    )
)
FUNCTIONS = {"count", "sum", "min", "max", "row_number", "rank", "dense_rank", "coalesce", "array_agg"}
RESERVED_ALIASES = {"at", "end", "user", "date", "time", "timestamp", "order", "group"}
TOKEN = re.compile(r"\s+|'(?:[^']|'')*'|[A-Za-z_][A-Za-z_0-9]*|\d+|<=|>=|<>|\|\||[-+*<>=(),.]|(?P<bad>.)", re.DOTALL)


def lint(sql):
    """What a statement contains that is outside the subset, as sentences; empty when it may be run."""
    text = re.sub(r"--[^\n]*", "", sql)
    found = [f"{match['bad']!r} is not allowed" for match in TOKEN.finditer(text) if match["bad"]]
    words = [match[0] for match in TOKEN.finditer(text) if match[0].strip() and not match["bad"]]
    lowered = [word.lower() for word in words]
    for place, word in enumerate(lowered):
        following = lowered[place + 1] if place + 1 < len(words) else ""
        names_columns = lowered[place - 1 : place] == ["as"]
        is_call = following == "(" and word.isidentifier() and word not in KEYWORDS and not names_columns
        if is_call and word not in FUNCTIONS and lowered[place + 1 : place + 3] != ["(", "select"]:
            found.append(f"{word} is no function of the subset")
        if word == "as" and following in RESERVED_ALIASES:
            found.append(f"{following} is a keyword in some engine and no alias")
        if word in {
            "like",
            "ilike",
            "qualify",
            "offset",
            "limit",
            "lateral",
            "using",
            "timestamp",
            "interval",
            "double",
        }:
            found.append(f"{word} is not allowed")
        if word in {"full", "right", "cross", "natural", "intersect", "except", "pivot", "window", "grouping"}:
            found.append(f"{word} is not allowed")
    found += _casts(text) + _ordering(text) + _grouping(text)
    return found


def _casts(text):
    """Sums and places come as BIGINT on every engine only if they are cast; a text is never made of something."""
    plain = " ".join(text.lower().split())
    sums = len(re.findall(r"\bsum\(", plain))
    cast_sums = len(re.findall(r"cast\(sum\(", plain))
    counts = len(re.findall(r"\bcount\(|\brow_number\(|\bdense_rank\(|\brank\(", plain))
    cast_counts = len(re.findall(r"cast\((?:count|row_number|dense_rank|rank)\(", plain))
    found = [] if sums == cast_sums else ["a sum that is not cast to bigint"]
    found += [] if counts == cast_counts else ["a count or place that is not cast to bigint"]
    return found + (["a cast to something else than bigint"] if re.search(r"\bas varchar\)|\bas text\)", plain) else [])


TEXT_COLUMNS = r"(?:subject|key|origin|url|series|raw|unit|team|zone|status|service)"


def _ordering(text):
    plain = " ".join(text.lower().split())
    ordered = re.search(rf"order by (?:\w+\.)?{TEXT_COLUMNS}\b|(?:min|max)\((?:\w+\.)?{TEXT_COLUMNS}\)", plain)
    compared = re.search(rf"\b(?:\w+\.)?{TEXT_COLUMNS} (?:<|>|<=|>=) ", plain)
    return ["texts are neither ordered nor compared"] if ordered or compared else []


def _grouping(text):
    """An alias of an expression must not be grouped by."""
    plain = " ".join(text.lower().split())
    found = []
    for select, grouped in re.findall(r"select ((?:(?!select).)*?) from (?:(?!select).)*?group by ([\w., ]+)", plain):
        aliases = set(re.findall(r"\) as (\w+)", select))
        found += [f"group by the alias {name}" for name in re.split(r"[ ,]+", grouped) if name in aliases]
    return found


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("select median(x) from t", "median is no function of the subset"),
        ("select percentile_cont(x) from t", "percentile_cont is no function of the subset"),
        ("select greatest(a, b) from t", "greatest is no function of the subset"),
        ("select date_trunc('day', x) from t", "date_trunc is no function of the subset"),
        ("select x / 2 from t", "'/' is not allowed"),
        ("select x % 2 from t", "'%' is not allowed"),
        ("select 1.5 * x from t where x::bigint = 1", "':' is not allowed"),
        ('select "x" from t', "'\"' is not allowed"),
        ("select x from t where k like 'a'", "like is not allowed"),
        ("select x from t qualify x = 1", "qualify is not allowed"),
        ("select x from t limit 1", "limit is not allowed"),
        ("select x from t offset 1", "offset is not allowed"),
        ("select x from a cross join b", "cross is not allowed"),
        ("select x from a full join b on a.k = b.k", "full is not allowed"),
        ("select x as at from t", "at is a keyword in some engine and no alias"),
        ("select x as end from t", "end is a keyword in some engine and no alias"),
        ("select x from t where x = ?", "'?' is not allowed"),
        ("select x from t where x = $1", "'$' is not allowed"),
        ("select sum(x) from t", "a sum that is not cast to bigint"),
        ("select count(*) from t", "a count or place that is not cast to bigint"),
        ("select row_number() over (order by x) from t", "a count or place that is not cast to bigint"),
        ("select cast(x as varchar) from t", "a cast to something else than bigint"),
        ("select x from t order by key", "texts are neither ordered nor compared"),
        ("select max(t.origin) from t", "texts are neither ordered nor compared"),
        ("select x from t where key < 'b'", "texts are neither ordered nor compared"),
        ("select cast(sum(x) as bigint) as y, k from t group by y", "group by the alias y"),
        ("select x from t where x > interval 1", "interval is not allowed"),
    ],
)
def test_what_is_outside_the_subset_is_refused(sql, reason):
    assert reason in lint(sql)


SAMPLES = sorted(
    entry.name
    for entry in (resources.files("scorecard_exporter.measures") / "samples").iterdir()
    if entry.name != "__pycache__"
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_text_is_within_the_subset(name):
    text = (resources.files("scorecard_exporter.measures") / "samples" / name).read_text(encoding="utf-8")
    assert lint(text) == []


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_text_returns_the_columns_that_all_have(name):
    text = (resources.files("scorecard_exporter.measures") / "samples" / name).read_text(encoding="utf-8")
    columns = re.findall(r"(?:as |^  )(\w+),?$", text, re.MULTILINE)
    assert {"subject", "x", "w", "key", "origin", "url"} <= set(columns)
    assert "occurred_at" in columns or {"starts_at", "ends_at"} <= set(columns)


def test_every_statement_that_measures_ask_is_within_the_subset(world):
    world.observed("cost", "checkout", 1, world.at(0), world.at(31))
    world.observed("transactions", "checkout", 1, world.at(0), world.at(31))
    sides = (world.series(), world.series("transactions", "count"))
    definitions = [
        *(
            world.define("observation", unit="eur", statistic=one, series=sides[:1])
            for one in ("newest", "sum", "mean")
        ),
        world.define("quotient", unit="eur", series=sides),
        world.define("observation", unit="eur", series=(world.series("coverage"),)),
    ]
    heads = (world.series("cost", "count"), world.series("transactions", "count"))
    of_two = ("retention_rate", "uptime", "training_completion_rate", "test_coverage", "feature_adoption_rate")
    definitions += [world.define(measure, series=heads) for measure in of_two]
    definitions += [
        world.define("hackathon_contributions", series=heads[:1]),
        world.define("feature_revenue", unit="eur", series=heads, within=1),
        world.define("net_promoter_score", survey=world.survey(min_group=3)),
    ]
    world.answered("payments", 9, 8, 0, closes_at=world.at(1))
    for measure in RECIPES:
        definitions.append(world.define(measure))
        world.reading(definitions[-1])
    world.failed(world.at(1), world.at(2))
    world.shipped(world.at(1), world.at(2))
    world.incident(world.at(1), world.at(2))
    world.requested(world.at(1), world.at(2), world.at(3))
    world.built(world.at(1))
    world.bug(world.at(1), is_customers=1)
    world.released(world.at(1))
    for definition in definitions:
        for team in ("company", "payments"):
            reading = world.reading(definition, team=team)
            inquire(world.store, world.scopes, reading, reading.absence, better="lower", before=reading, known={})
    # Of many periods samples are placed between their beginnings and ends first.
    overlapping = [Period(world.at(day), world.at(day + 20)) for day in range(5)]
    evaluate(world.store, definitions, world.scopes, ["company"], overlapping)
    assert any(" as span\n" in sql for sql in world.store.statements)
    assert len(set(world.store.statements)) > 20
    assert {sql: lint(sql) for sql in world.store.statements if lint(sql)} == {}


def test_what_happened_is_asked_for_within_the_subset(world):
    period = Period(world.at(0), world.at(9))
    happenings(world.store, ["deployment", "incident", "status"], scorecard="a", team="it's", period=period, most=5)
    assert len(world.store.statements) == 3
    assert {sql: lint(sql) for sql in world.store.statements if lint(sql)} == {}


def test_a_name_with_a_quote_stays_a_name(world):
    definition = world.define("observation", unit="eur", series=(world.series("o'cost"),))
    assert world.reading(definition).absence.code == "series_not_seen"
