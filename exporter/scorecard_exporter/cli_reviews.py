"""The commands about reviews: report, review record, review list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import click

from scorecard_exporter import terminal
from scorecard_exporter.asking import asking
from scorecard_exporter.command_options import (
    as_json,
    chosen_scorecard,
    config_file_option,
    format_option,
    output_option,
)
from scorecard_exporter.config import load
from scorecard_exporter.config.lint.people import looks_personal
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.report.markdown import markdown
from scorecard_exporter.report.writing import Meeting, ReviewQuestion
from scorecard_exporter.scorecard.numbers import several
from scorecard_exporter.web.pages.reviews import html

_WRITERS: dict[str, Callable[[Any], str]] = {"html": html, "markdown": markdown, "json": as_json}
_review_team = click.option("--team", help="Which team's; default: the scorecard's first.")
_period = click.option(
    "--period", metavar="2026-Q3|2026-09", help="Which quarter or month; default: the last that is over."
)
_scorecard = click.argument("scorecard", required=False)


@click.command()
@config_file_option
@_review_team
@_period
@click.option(
    "--format",
    "output",
    type=click.Choice(["html", "markdown", "json"]),
    default="html",
    show_default=True,
    help="How to write it.",
)
@output_option
@_scorecard
def report(config_file: Path, output: str, file: IO[str], **asked: str | None) -> None:
    """Write the review of a month or a quarter: what changed and why, what was promised, what comes next."""
    configuration = load(config_file)
    with asking(configuration) as questions:
        document = questions.review(_question(configuration, **asked))
    file.write(_WRITERS[output](document))


@click.group()
def review() -> None:
    """Record what a review decided, and list what was recorded."""


@review.command()
@config_file_option
@_review_team
@_period
@click.option("--by", required=True, metavar="ROLE", help="Who led it: a role or a group address.")
@click.option(
    "--notes",
    "file",
    required=True,
    type=click.File("r", "utf-8"),
    help="What was said, as Markdown; items under a heading 'Decisions' are decisions. - is standard input.",
)
@_scorecard
def record(config_file: Path, by: str, file: IO[str], **asked: str | None) -> None:
    """Keep a review for ever, with the targets then in force."""
    configuration = load(config_file)
    if looks_personal(by):
        click.echo(f"advice: {by} looks like a person; a role or a group address outlives people", err=True)
    with asking(configuration) as questions:
        kept = questions.record_review(_question(configuration, **asked), Meeting(by, file.read()))
    decisions = several(len(kept["decisions"]), "decision")
    click.echo(f"Recorded the review of {kept['period']} for {kept['scorecard']}, {kept['team']}, with {decisions}.")


@review.command(name="list")
@config_file_option
@format_option
@_review_team
@_scorecard
def list_reviews(config_file: Path, output: str, scorecard: str | None, team: str | None) -> None:
    """List the recorded reviews, the newest first."""
    configuration = load(config_file)
    with asking(configuration) as questions:
        kept = questions.reviews(chosen_scorecard(configuration, scorecard), team=team)
    click.echo(as_json({"reviews": kept}), nl=False) if output == "json" else terminal.print_reviews(kept)


def _question(
    configuration: Configuration, scorecard: str | None, team: str | None, period: str | None
) -> ReviewQuestion:
    return ReviewQuestion(chosen_scorecard(configuration, scorecard), team, period)
