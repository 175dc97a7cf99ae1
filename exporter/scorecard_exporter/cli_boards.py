"""The command about boards: board strategy-map."""

from __future__ import annotations

from pathlib import Path
from typing import IO

import click

from scorecard_exporter.command_options import as_json, chosen_scorecard, config_file_option, output_option
from scorecard_exporter.config import load
from scorecard_exporter.evaluation import narrowed
from scorecard_exporter.grafana.canvas import board as canvas_board


@click.group()
def board() -> None:
    """Write boards for Grafana that depend on the configuration."""


@board.command("strategy-map")
@config_file_option
@click.option("--scorecard", help="Which scorecard; not needed where there is one.")
@click.option("--team", help="Which team is shown at first; default: the scorecard's first.")
@output_option
def strategy_map(config_file: Path, scorecard: str | None, team: str | None, file: IO[str]) -> None:
    """Write the strategy map as a board with a drawing, for provisioning or import."""
    configuration = load(config_file)
    name = chosen_scorecard(configuration, scorecard)
    chosen = narrowed(configuration, name, team).scorecards[name]
    file.write(as_json(canvas_board(configuration.scorecards[name], chosen.teams[0])))
