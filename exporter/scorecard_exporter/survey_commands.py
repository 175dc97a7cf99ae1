"""Commands for surveys of our own: a round is opened, people are invited, it closes, and its comments are read."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from scorecard_exporter.command_options import config_file_option, format_option
from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import ScorecardError, UnknownNameError
from scorecard_exporter.measures.model import Survey
from scorecard_exporter.own_sources import rounds, survey_subjects
from scorecard_exporter.quantities import instant, moment, when
from scorecard_exporter.sources.survey_links.rounds import NAME, Round
from scorecard_exporter.web.app import checked_address

_LONGEST_SPAN = timedelta(days=366)

_survey = click.argument("name", metavar="SURVEY")
_round = click.option("--round", "round_", required=True, help="The name of the round, such as 2026-Q4.")


@click.group()
def survey() -> None:
    """Ask people over single-use links; nothing tells which of them gave which answer."""


@survey.command("open")
@config_file_option
@_survey
@_round
@click.option("--team", "teams", multiple=True, help="Whom to ask; may be given several times. Default: all teams.")
@click.option("--closes", required=True, help="When it ends: a time, or a date for the end of that day.")
@click.option("--question", default="", help="What is asked. Default: the question of the survey's configuration.")
def open_round(
    *, config_file: Path, name: str, round_: str, teams: tuple[str, ...], closes: str, question: str
) -> None:
    """Begin a round."""
    configuration, now = load(config_file), datetime.now(UTC)
    asked = _asked(configuration, name)
    subjects = survey_subjects(configuration, name)
    for team in teams:
        if team not in subjects:
            raise UnknownNameError.of(f"team of survey {name}", team, subjects)
    opened = Round(
        survey=name,
        name=round_,
        question=_question(asked, question),
        opened_at=instant(now),
        closes_at=instant(_end(closes, configuration.zone, now)),
        subjects=tuple(subjects[team] for team in dict.fromkeys(teams or subjects)),
    )
    rounds(configuration).open(opened)
    click.echo(f"Round {round_} of survey {name} is open until {when(opened.closes_at)}.")


@survey.command()
@config_file_option
@_survey
@_round
@click.option("--team", help="Whose links these are; needed where a round asks several teams.")
@click.option("--count", type=click.IntRange(1, 1000), required=True, help="How many links, one for each person.")
@click.option(
    "--web.external-url",
    "external_url",
    default="http://127.0.0.1:10210",
    show_default=True,
    help="Where people reach the exporter, as `run` was told.",
)
def invite(*, config_file: Path, name: str, round_: str, team: str | None, count: int, external_url: str) -> None:
    """Print single-use links. They cannot be shown again: only their digests are kept."""
    configuration, now = load(config_file), datetime.now(UTC)
    asked, address = _asked(configuration, name), checked_address("--web.external-url", external_url, _EXAMPLE)
    subjects = survey_subjects(configuration, name)
    found = rounds(configuration).find(name, round_)
    teams = {one: subject for one, subject in subjects.items() if subject in found.subjects}
    if team is None and len(teams) == 1:
        team = next(iter(teams))
    if team not in teams:
        raise UnknownNameError.of(f"team in round {round_} of survey {name}", team or "", teams)
    for token in rounds(configuration).invite(name, round_, teams[team], count, now):
        click.echo(f"{address.rstrip('/')}/surveys/{token}")
    if found.invited(teams[team]) + count < asked.min_group:
        few = f"advice: results of fewer than {asked.min_group} answers are not shown, and team {team} has fewer links"
        click.echo(few, err=True)


@survey.command()
@config_file_option
@_survey
@_round
def close(config_file: Path, name: str, round_: str) -> None:
    """End a round now. Its answers count from the next reading on, within a minute where `run` is running."""
    configuration = load(config_file)
    closed = rounds(configuration).close(_asked(configuration, name).name, round_, datetime.now(UTC))
    click.echo(f"Round {round_} of survey {name} closed at {when(closed.closes_at)} with {closed.answered} answers.")


@survey.command()
@config_file_option
@format_option
@_survey
def status(config_file: Path, output: str, name: str) -> None:
    """Print the rounds: how many links were given out, and how many of them were used in all."""
    configuration = load(config_file)
    _asked(configuration, name)
    now = instant(datetime.now(UTC))
    known = [_document(one, now) for one in rounds(configuration).all() if one.survey == name]
    if output == "json":
        click.echo(json.dumps({"survey": name, "rounds": known}, indent=2, ensure_ascii=False))
        return
    for one in known:
        click.echo(
            f"{one['round']}: {one['state']}, closes {one['closes_at']}, {one['answered']} of {one['links']} links used"
        )
    if not known:
        click.echo(f"Survey {name} has no round yet: scorecard-exporter survey open {name} --round … --closes …")


@survey.command()
@config_file_option
@_survey
@_round
def comments(config_file: Path, name: str, round_: str) -> None:
    """Print the comments of a round that has closed, in alphabetical order and without their teams."""
    configuration = load(config_file)
    asked, found = _asked(configuration, name), rounds(configuration).find(name, round_)
    if instant(datetime.now(UTC)) < found.closes_at:
        raise ScorecardError(f"Round {round_} of survey {name} is open until {when(found.closes_at)}; read them then.")
    if found.answered < asked.min_group:
        raise ScorecardError(
            f"Round {round_} of survey {name} has {found.answered} of at least {asked.min_group} answers; "
            "comments of fewer people are not shown."
        )
    for comment in found.comments:
        click.echo(comment)


_EXAMPLE = "https://example.com/scorecard"


def _asked(configuration: Configuration, name: str) -> Survey:
    """A survey that may be answered over links.

    Raises:
        UnknownNameError: there is none of that name.
        ScorecardError: it is read from somewhere else.
    """
    if name not in configuration.surveys:
        raise UnknownNameError.of("survey", name, configuration.surveys)
    found = configuration.surveys[name]
    if not survey_subjects(configuration, name):
        raise ScorecardError(
            f"Survey {name} cannot be answered over links: it is read from {found.origin or 'anywhere'}, or has no "
            f"team. Set surveys.{name}.from: {NAME}, or leave it out."
        )
    return found


def _question(asked: Survey, question: str) -> str:
    if not (question or asked.question):
        raise ScorecardError(f"What is asked? Give --question, or set surveys.{asked.name}.question.")
    if asked.question and question not in ("", asked.question):
        raise ScorecardError(f"Survey {asked.name} counts the question {asked.question!r} only; leave --question out.")
    return question or asked.question


def _end(text: str, zone: ZoneInfo, now: datetime) -> datetime:
    try:
        try:
            day = date.fromisoformat(text)
            found = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
        except ValueError:
            found = datetime.fromisoformat(text)
            found = found if found.tzinfo else found.replace(tzinfo=zone)
    except (ValueError, OverflowError) as error:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-12-15 or 2026-12-15T18:00") from error
    if not now < found.astimezone(UTC) <= now + _LONGEST_SPAN:
        raise click.BadParameter(f"{text!r} is not within a year from now")
    return found.astimezone(UTC)


def _document(one: Round, now: int) -> dict[str, Any]:
    """Whole rounds only: how many of a small team have answered would tell who has."""
    return {
        "round": one.name,
        "state": "open" if now < one.closes_at else "closed",
        "closes_at": f"{moment(one.closes_at):%Y-%m-%dT%H:%M:%SZ}",
        "links": len(one.links) + one.answered,
        "answered": one.answered,
    }
