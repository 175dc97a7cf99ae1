"""The command line: run, check, status, explain, report, review, observe, survey, init, backfill, board."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import io
import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any, NoReturn

import click

from scorecard_exporter import __version__, logs, terminal
from scorecard_exporter.asking import asking
from scorecard_exporter.backfilling import Wanted
from scorecard_exporter.checking import Checked, advised
from scorecard_exporter.cli_boards import board
from scorecard_exporter.cli_reviews import report, review
from scorecard_exporter.command_options import as_json, config_file_option, format_option
from scorecard_exporter.config import load
from scorecard_exporter.errors import (
    ConfigurationError,
    MalformedDeliveryError,
    NoReviewError,
    ScorecardError,
    UnknownNameError,
)
from scorecard_exporter.inspection.document import document as inspection_document
from scorecard_exporter.inspection.looking import look
from scorecard_exporter.logs import fields
from scorecard_exporter.observing import Given, give
from scorecard_exporter.service import Service
from scorecard_exporter.starter.beginning import Beginning, save
from scorecard_exporter.starter.hosts import HOSTS
from scorecard_exporter.survey_commands import survey
from scorecard_exporter.web.app import checked_address, create_app, needs_no_password
from scorecard_exporter.web.listen import bind, bind_local, serving
from scorecard_exporter.web.refusals import EARLIEST
from scorecard_exporter.web.security import load_web_config

log = logging.getLogger("scorecard")

WRONG_CONFIGURATION = 1
WRONG_QUESTION = 2
"""Exit codes: what was configured is wrong; what was asked for does not exist."""

_team = click.option("--team", help="One team only; of a scorecard with several, explain takes the first.")
_at = click.option("--at", callback=lambda *given: _moment(given[2]), help="Another moment, such as 2026-06-30T00:00Z.")


class _Commands(click.Group):
    """All errors that are meant for people end as their sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            # A terminal that cannot show a sign gets a question mark, not a crash.
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(errors="replace")
            return super().invoke(ctx)
        except ScorecardError as error:
            _fail(error)


def _fail(error: ScorecardError) -> NoReturn:
    click.echo(str(error), err=True)
    is_question = isinstance(error, UnknownNameError | NoReviewError | MalformedDeliveryError)
    sys.exit(WRONG_QUESTION if is_question else WRONG_CONFIGURATION)


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"{text!r} is not a time such as 2026-06-30 or 2026-06-30T12:00Z") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if not EARLIEST <= moment <= datetime.now(UTC):
        raise click.BadParameter(f"{text!r} lies before the year {EARLIEST:%Y} or in the future")
    return moment


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="scorecard-exporter")
def main() -> None:
    """A balanced scorecard for engineering, as Prometheus gauges with reasons."""


@main.command()
@config_file_option
@click.option(
    "--web.listen-address",
    "addresses",
    multiple=True,
    default=("127.0.0.1:10210",),
    show_default=True,
    help="Where to listen, HOST:PORT; may be given several times.",
)
@click.option("--web.external-url", "external_url", default="", help="Where people reach it, behind a proxy.")
@click.option("--web.grafana-url", "grafana_url", default="", help="Where people reach Grafana, for links in alerts.")
@click.option(
    "--web.config.file",
    "web_config_file",
    type=click.Path(path_type=Path),
    help="TLS and basic authentication, in the format of the Prometheus exporter toolkit.",
)
@click.option(
    "--grafana.socket",
    "grafana_socket",
    type=click.Path(path_type=Path),
    help="Answer Grafana's data source on this socket, such as /run/scorecard/plugin.sock. Default: not at all.",
)
@click.option(
    "--grafana.token-file",
    "grafana_token_file",
    type=click.Path(path_type=Path),
    help="The file with the token that the data source must have; needed with --grafana.socket.",
)
@click.option("--web.enable-lifecycle", "lifecycle", is_flag=True, help="Allow a reload by POST /-/reload.")
@click.option(
    "--log.level",
    "log_level",
    type=click.Choice(["debug", "info", "warn", "error"]),
    default="info",
    show_default=True,
    help="Only messages of this severity or above.",
)
@click.option(
    "--log.format",
    "log_format",
    type=click.Choice(["logfmt", "json"]),
    default="logfmt",
    show_default=True,
    help="How log lines are written.",
)
def run(*, log_level: str, log_format: logs.Format, **options: Any) -> None:
    """Read the sources, keep the numbers current, serve them."""
    logs.set_up(log_level, log_format)
    # Records and links are many small objects without cycles: collecting them often is a third of the linking time,
    # and a collection of more at once holds up the answers.
    gc.set_threshold(20_000, 50, 50)
    # An answer takes the interpreter from the threads that read, link and write several times: 5 ms each are too long.
    sys.setswitchinterval(0.001)
    asyncio.run(_run(**options))


async def _run(
    *,
    config_file: Path,
    addresses: tuple[str, ...],
    external_url: str,
    grafana_url: str,
    grafana_socket: Path | None,
    grafana_token_file: Path | None,
    web_config_file: Path | None,
    lifecycle: bool,
) -> None:
    web_config = load_web_config(web_config_file)
    answering_grafana = _answering_grafana(grafana_socket, grafana_token_file)
    grafana_url = checked_address("--web.grafana-url", grafana_url, "https://grafana.example.com")
    service = Service(config_file, external_url=external_url, grafana_url=grafana_url)
    app = create_app(service, external_url=external_url, lifecycle=lifecycle)
    private = create_app(service, external_url=external_url, lifecycle=lifecycle, private=True)
    sockets = [bind(address) for address in addresses]
    local = bind_local(service.store_path)
    stop = _signals(service)
    async with (
        serving(web_config.protect(app, needs_no_password(external_url)), sockets, web_config.uvicorn_options()),
        serving(private, [local] if local else [], {}),
        answering_grafana(service),
    ):
        log.info("listening", extra=fields(address=" ".join(addresses), version=__version__))
        try:
            await _until(stop, service)
        finally:
            await service.stop()


def _answering_grafana(
    path: Path | None, token_file: Path | None
) -> Callable[[Service], contextlib.AbstractAsyncContextManager[None]]:
    """What answers Grafana's data source while its context lasts, if there is to be one."""
    if path is None and token_file is None:
        return lambda _: contextlib.nullcontext()
    if path is None or token_file is None:
        raise click.UsageError("give --grafana.socket and --grafana.token-file, or neither")
    # gRPC takes time and memory that no other command and no exporter without Grafana should pay.
    from scorecard_exporter.grafana.access import read_token  # noqa: PLC0415
    from scorecard_exporter.grafana.server import answering  # noqa: PLC0415

    return partial(answering, path=path, token=read_token(token_file))


async def _until(stop: asyncio.Event, service: Service) -> None:
    """Start, then wait for the end; a stop signal ends a long start too."""
    waiting = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(service.start())
    await asyncio.wait({waiting, starting}, return_when=asyncio.FIRST_COMPLETED)
    if starting.done():
        starting.result()
        await waiting
    starting.cancel()
    log.info("stopping")


def _signals(service: Service) -> asyncio.Event:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, lambda: loop.create_task(service.reload_if_valid()))
    return stop


@main.command()
@config_file_option
@format_option
@click.option("--online", is_flag=True, help="Ask the systems too: credentials, permissions, what the patterns match.")
@click.option("--strict", is_flag=True, help="Fail where there is advice that is not silenced.")
def check(config_file: Path, output: str, *, online: bool, strict: bool) -> None:
    """Say whether the configuration is valid, and what could be better about it."""
    logging.getLogger("stamina").setLevel(logging.ERROR)  # that a request was repeated is no answer to the question
    checked = Checked()
    seen: dict[str, Any] | None = None
    try:
        configuration = load(config_file)
        checked = advised(configuration)
        seen = inspection_document(configuration, look(configuration)) if online else None
    except ConfigurationError as error:
        checked = Checked(mistakes=error.mistakes)
    if output == "json":
        _print_json(checked.document() | ({"online": seen} if online else {}))
    else:
        for line in checked.lines(config_file, strict=strict):
            click.echo(line, err=bool(checked.mistakes))
        if seen:
            terminal.print_inspection(seen)
    if checked.mistakes or (seen and seen["wrong"]) or (strict and checked.advice):
        sys.exit(WRONG_CONFIGURATION)


@main.command()
@config_file_option
@format_option
@_team
@_at
def status(config_file: Path, output: str, team: str | None, at: datetime | None) -> None:
    """Print the scorecards as they stand."""
    with asking(load(config_file)) as questions:
        document = questions.scorecards(team=team, at=at)
    _print_json(document) if output == "json" else terminal.print_scorecards(document)


@main.command()
@config_file_option
@format_option
@_team
@_at
@click.argument("measure", metavar="SCORECARD/MEASURE")
def explain(config_file: Path, output: str, team: str | None, at: datetime | None, measure: str) -> None:
    """Say how a measure came about: its value, target, formula and samples, or why there is none."""
    scorecard, slash, name = measure.partition("/")
    if not slash:
        raise click.BadParameter(f"{measure!r} is not SCORECARD/MEASURE, such as engineering/lead_time_for_changes")
    with asking(load(config_file)) as questions:
        document = questions.explanation(scorecard, name, team=team, at=at)
    _print_json(document) if output == "json" else terminal.print_explanation(document)


@main.command(context_settings={"ignore_unknown_options": True})  # -5 is a value
@config_file_option
@click.argument("series")
@click.argument("value")
@click.option("--subject", default="", help="The team, the service, or whatever the series speaks of.")
@click.option("--at", help="When it was so; a time without a zone is in that of the configuration. Default: now.")
@click.option("--from", "starts_at", help="Of a number over a time, such as costs: when that began.")
@click.option("--to", "ends_at", help="... and when it ended; this moment is not in it any more.")
@click.option("--unit", default="", help="The unit of the value, to be checked against that of the series.")
@click.option("--url", default="", help="A page that shows where the number is from.")
def observe(config_file: Path, **given: str | None) -> None:
    """Give a number of a series: a cost, a revenue, people trained. The newest word about a time wins."""
    observation = Given(**{name: value or "" for name, value in given.items()})
    for line in give(load(config_file), observation, datetime.now(UTC)):
        click.echo(line)


main.add_command(survey)


@main.command()
@click.option("--github-organization", help="The organization of a GitHub to look at.")
@click.option("--gitlab-group", help="The group of a GitLab to look at, with its path.")
@click.option("--url", help="Address of a host of your own. Default: the public one.")
@click.option("--token-env", help="The environment variable with the token. Default: GITHUB_TOKEN or GITLAB_TOKEN.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("scorecard.yaml"),
    show_default=True,
    help="The file to write.",
)
@click.option("--force", is_flag=True, help="Replace the file if there is one.")
def init(
    *,
    github_organization: str | None,
    gitlab_group: str | None,
    url: str | None,
    token_env: str | None,
    output: Path,
    force: bool,
) -> None:
    """Look at an organization or a group, and write a configuration to begin with."""
    logging.getLogger("stamina").setLevel(logging.ERROR)
    if output.exists() and not force:
        raise ScorecardError(f"{output} is there already: name another file with --output, or replace it with --force")
    if github_organization and gitlab_group:
        raise click.UsageError("give either --github-organization or --gitlab-group")
    kind, group = ("github", github_organization) if github_organization else ("gitlab", gitlab_group)
    if not group:
        kind, group, url = _asked()
    host = HOSTS[kind]
    beginning = Beginning(host=host, group=group, url=url, token_env=token_env or host.token_env)
    found = beginning.look(os.environ)
    outline = beginning.outline(found)
    save(output, beginning.text(outline, datetime.now(UTC).date()))
    for line in beginning.told(found, outline, output):
        click.echo(line)


def _asked() -> tuple[str, str, str | None]:
    """Which host, which group and at which address, from who sits at the terminal."""
    if not _is_at_terminal():
        raise click.UsageError("without a terminal, give --github-organization NAME or --gitlab-group PATH")
    kind = click.prompt("Where is the code", type=click.Choice(sorted(HOSTS)))
    group = click.prompt(f"Which {HOSTS[kind].group} of {HOSTS[kind].title}")
    url = click.prompt("Address of the host, empty for the public one", default="", show_default=False)
    return kind, group, url or None


def _is_at_terminal() -> bool:
    return sys.stdin.isatty()


@main.command()
@config_file_option
@click.option(
    "--from", "first", callback=lambda *given: _moment(given[2]), help="The beginning; default: two years ago."
)
@click.option("--to", "last", callback=lambda *given: _moment(given[2]), help="Default: three hours ago.")
@click.option("--step", default="6h", show_default=True, help="How far samples lie apart, counted from the epoch.")
@click.option("--scorecard", help="One scorecard only.")
@click.option("--team", help="One team only, of one scorecard.")
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME=VALUE",
    help="A label that the scrape adds, such as job=scorecard or instance=exporter:10210; may be given several times.",
)
@click.option("--output", type=click.File("wb", lazy=True), default="-", help="Where to; default: standard output.")
def backfill(config_file: Path, output: IO[bytes], **options: Any) -> None:
    """Write the past of the gauges as OpenMetrics, for `promtool tsdb create-blocks-from openmetrics`."""
    wanted = Wanted.read(**options, now=datetime.now(UTC))
    with asking(load(config_file)) as questions:
        for piece in questions.past_gauges(wanted):
            output.write(piece)


def _print_json(document: Any) -> None:
    click.echo(as_json(document), nl=False)


main.add_command(board)
main.add_command(report)
main.add_command(review)
