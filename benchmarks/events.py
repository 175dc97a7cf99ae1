"""Two years of deliveries, bugs, observations and answers, as statements that fill a store's tables.

Everything is made from numbers that are scrambled: the same each time.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from catalogue import SERVICE_SERIES, SURVEYS, TEAM_SERIES
from scorecard_exporter.events.model import NEVER
from scorecard_exporter.quantities import instant

ENDS_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""The moment up to which everything is known, and at which it is evaluated."""

_BEGINS_AT = ENDS_AT - timedelta(days=730)
_MONTH = 30 * 24 * 3_600_000_000
_MONTHS = 27
"""Of observations, so that they reach further back than two years."""
_CHANGES_PER_DEPLOYMENT = 5
_DEPLOYMENTS_PER_INCIDENT = 20
_ANSWERS_PER_ROUND = 6


def statements(teams: int, services: int, deployments: int, bugs: int) -> Iterator[str]:
    """What fills the tables; `deployments` and `bugs` of each service.

    `number` counts all deployments, `place` those of a service; `turn`, from 0 to 19, says what becomes of one.
    """
    step = (instant(ENDS_AT) - instant(_BEGINS_AT)) // deployments
    finished = f"{instant(_BEGINS_AT)} + place * {step} + noise(number, 1) * {step >> 32}"
    yield "SET enable_progress_bar = false"
    yield _SCRAMBLE
    yield _NOISE
    yield f"""
        CREATE TEMP TABLE made AS
        SELECT number, place, (place + nth * 7) % 20 AS turn, 'service-' || nth AS service,
            {finished} AS finished_at
        FROM (SELECT range AS number, range // {deployments} AS nth, range % {deployments} AS place
            FROM range({services * deployments}))
    """
    yield _DEPLOYMENTS
    yield _RELEASES
    yield _CHANGES.format(last=deployments - 1)
    yield _PULL_REQUESTS
    yield _BUILDS
    yield f"INSERT INTO service_build_branches SELECT service, 'events:' || service, 'main' FROM ({_SERVICES})".format(
        services=services
    )
    yield _INCIDENTS.format(last=deployments - _DEPLOYMENTS_PER_INCIDENT)
    yield _BUGS.format(services=services, bugs=bugs)
    for name, (unit, least, most) in TEAM_SERIES.items():
        months = 1 if name == "feature_released" else _MONTHS
        yield _OBSERVATIONS.format(
            name=name, subject="team-", subjects=teams, months=months, **_value(unit, least, most)
        )
    for name, (unit, least, most) in SERVICE_SERIES.items():
        yield _OBSERVATIONS.format(
            name=name, subject="service-", subjects=services, months=_MONTHS, **_value(unit, least, most)
        )
    for survey in SURVEYS:
        yield _ANSWERS.format(survey=survey, teams=teams)
    yield "CHECKPOINT"


def _value(unit: str, least: float, most: float) -> dict[str, object]:
    """A whole number between `least` and `most` in millionths, of shares a whole hundredth."""
    scale, steps = (10_000, 100) if unit == "ratio" else (1_000_000, 1)
    low, high = round(least * steps), round(most * steps)
    return {"unit": unit, "low": low, "span": high - low + 1, "scale": scale}


_MULTIPLIER = 1_812_433_253
"""Knuth's, as in the seeding of the Mersenne Twister: below 2^31, so that no product leaves BIGINT."""
_SCRAMBLE = f"CREATE TEMP MACRO scramble(x) AS (xor(x, x >> 16) * {_MULTIPLIER}) % 4294967296"
_NOISE = "CREATE TEMP MACRO noise(number, salt) AS scramble(scramble(number * 16 + salt))"
_HOUR = 3_600_000_000

# Of twenty turns the third fails and is mended in the fourth, and the eleventh has an incident.
_DEPLOYMENTS = f"""
INSERT INTO service_deployments BY NAME
SELECT service, 'events:' || service AS origin, 'deployment-' || number AS key,
    'https://deploy.example/' || service || '/' || number AS url, 'production' AS environment,
    'v' || place AS version, md5('d' || number) AS sha,
    CASE WHEN noise(number, 2) % 50 = 0 THEN 'failure' ELSE 'success' END AS status,
    finished_at - noise(number, 3) % {_HOUR} AS started_at, finished_at,
    0 AS is_rollback, 0 AS is_repeat, CASE WHEN turn = 3 THEN 1 ELSE 0 END AS is_rework,
    {_CHANGES_PER_DEPLOYMENT} AS changes, CASE WHEN turn IN (2, 10) THEN 1 ELSE 0 END AS failed,
    CASE turn WHEN 2 THEN 'revert' WHEN 10 THEN 'incident' ELSE '' END AS failed_by,
    CASE WHEN turn IN (2, 10) THEN finished_at + noise(number, 4) % {_HOUR} END AS failed_at,
    CASE WHEN turn IN (2, 10) THEN finished_at + {_HOUR} + noise(number, 5) * 10 END AS recovered_at
FROM made ORDER BY number
"""
# Those of the last deployment still wait for it.
_CHANGES = f"""
INSERT INTO service_changes BY NAME
SELECT service, 'events:' || service AS origin, '' || (number * {_CHANGES_PER_DEPLOYMENT} + nth) AS key,
    'pull_request' AS type, 'https://code.example/' || service || '/' || number || '/' || nth AS url,
    first_authored_at, first_authored_at + lead // 2 AS ready_at, first_authored_at + lead // 4 * 3 AS reviewed_at,
    first_authored_at + lead // 8 * 7 AS merged_at,
    CASE WHEN place = {{last}} THEN {NEVER} ELSE finished_at END AS shipped_at,
    CASE WHEN place = {{last}} THEN '' ELSE 'deployment-' || number END AS deployment,
    0 AS is_approximate, CASE WHEN noise(number * 8 + nth, 6) % 10 = 0 THEN 1 ELSE 0 END AS is_bot,
    CASE WHEN turn = 3 THEN 1 ELSE 0 END AS is_revert, 0 AS is_hotfix
FROM (SELECT *, finished_at - lead AS first_authored_at FROM (
    SELECT *, ({_HOUR} << (noise(number * 8 + nth, 7) % 9)) + noise(number * 8 + nth, 8) % {_HOUR} AS lead
    FROM made, (SELECT range AS nth FROM range({_CHANGES_PER_DEPLOYMENT}))
)) ORDER BY number, nth
"""
# In every tenth service the last incident is still open.
_INCIDENTS = f"""
INSERT INTO service_incidents BY NAME
SELECT service, 'events:' || service AS origin, 'incident-' || number AS key,
    'https://pager.example/' || number AS url, 'high' AS severity, began_at,
    CASE WHEN place >= {{last}} AND noise(number, 9) % 10 = 0 THEN {NEVER}
        ELSE began_at + {_HOUR} // 6 + noise(number, 5) * 10 END AS resolved_at,
    'deployment-' || number AS deployment, 0 AS is_explicit, 1 AS is_outage
FROM (SELECT *, finished_at + noise(number, 4) % {_HOUR} AS began_at FROM made WHERE turn = 10)
ORDER BY number
"""
_SERVICES = "SELECT 'service-' || range AS service FROM range({services})"
_RELEASES = """
INSERT INTO service_releases BY NAME
SELECT service, origin, key, url, finished_at AS released_at, service || '/' || key AS thing
FROM service_deployments WHERE status = 'success' ORDER BY rowid
"""
# Every change is a pull request; those of the last deployment are still open, and one in fifty was never reviewed.
_PULL_REQUESTS = f"""
INSERT INTO service_pull_requests BY NAME
SELECT service, origin, key, url, ready_at, CASE WHEN is_reviewed THEN reviewed_at ELSE {NEVER} END AS reviewed_at,
    CASE WHEN shipped_at = {NEVER} THEN {NEVER} ELSE merged_at END AS merged_at,
    CASE WHEN shipped_at = {NEVER} THEN {NEVER} ELSE merged_at END AS closed_at,
    CASE WHEN is_reviewed THEN reviewed_at - ready_at ELSE 0 END AS pickup, is_bot, 0 AS is_draft
FROM (SELECT *, noise(CAST(key AS BIGINT), 11) % 50 > 0 AS is_reviewed FROM service_changes ORDER BY rowid)
"""
_BUILDS = f"""
INSERT INTO builds BY NAME
SELECT 'events:' || service AS origin, 'build-' || number || '-' || nth AS key,
    'https://ci.example/' || service || '/' || number || '/' || nth AS url, 'main' AS branch, md5('d' || number) AS sha,
    CASE WHEN noise(number * 2 + nth, 12) % 10 = 0 THEN 'failure' ELSE 'success' END AS status,
    finished_at - {_HOUR} * (nth + 1) AS started_at,
    finished_at - {_HOUR} * (nth + 1) + {_HOUR} // 20 + noise(number * 2 + nth, 13) % {_HOUR} // 2 AS finished_at
FROM made, (SELECT range AS nth FROM range(2)) ORDER BY number, nth
"""
_BUGS = f"""
INSERT INTO service_bugs BY NAME
SELECT 'service-' || nth AS service, 'events:service-' || nth AS origin, 'bug-' || nth || '-' || place AS key,
    'https://issues.example/' || nth || '/' || place AS url,
    {instant(_BEGINS_AT)} + ({instant(ENDS_AT) - instant(_BEGINS_AT)} // {{bugs}}) * place AS opened_at,
    CASE WHEN noise(nth * 1024 + place, 14) % 4 = 0 THEN 1 ELSE 0 END AS is_escaped, 1 AS tells_escapes,
    CASE WHEN noise(nth * 1024 + place, 15) % 5 = 0 THEN 1 ELSE 0 END AS is_customers, 1 AS tells_customers
FROM (SELECT range AS nth FROM range({{services}})), (SELECT range AS place FROM range({{bugs}}))
ORDER BY nth, place
"""
_ANSWERS = f"""
INSERT INTO survey_answers BY NAME
SELECT 'events:answers' AS origin, '{{survey}}-' || quarter || '-' || nth || '-' || answer_number AS key, '' AS url,
    '{{survey}}' AS survey, 'round-' || quarter AS round, 'How likely are you to recommend us?' AS question,
    'team-' || nth AS subject, '' || (4 + noise(nth * 1024 + quarter * 64 + answer_number, 16) % 7) AS answer,
    {instant(ENDS_AT)} - (9 - quarter) * 3 * {_MONTH} + {_MONTH} AS closes_at
FROM (SELECT range AS quarter FROM range(10)), (SELECT range AS nth FROM range({{teams}})),
    (SELECT range AS answer_number FROM range({_ANSWERS_PER_ROUND}))
ORDER BY quarter, nth, answer_number
"""
# Of each subject one a month; a single one lies at the beginning.
_OBSERVATIONS = f"""
INSERT INTO observations BY NAME
SELECT 'events:observations' AS origin, '{{name}}/{{subject}}' || nth || '/' || month AS key, '' AS url,
    '{{name}}' AS series, '{{subject}}' || nth AS subject, starts_at, starts_at + {_MONTH} AS ends_at,
    ({{low}} + noise(nth * 32 + month, length('{{name}}')) % {{span}}) * {{scale}} AS value, '{{unit}}' AS unit
FROM (SELECT nth, month, {instant(ENDS_AT)} - ({_MONTHS} - month) * {_MONTH} AS starts_at
    FROM (SELECT range AS nth FROM range({{subjects}})), (SELECT range AS month FROM range({{months}})))
ORDER BY nth, month
"""
