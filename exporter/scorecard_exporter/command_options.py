"""Options that several commands have, what is meant by them, and how documents are printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from scorecard_exporter.config.model import Configuration
from scorecard_exporter.errors import UnknownNameError

config_file_option = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("scorecard.yaml"),
    show_default=True,
    envvar="SCORECARD_CONFIG_FILE",
    help="The configuration.",
)
format_option = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
output_option = click.option(
    "--output",
    "file",
    type=click.File("w", "utf-8", lazy=True),
    default="-",
    help="Where to; default: standard output.",
)


def as_json(document: Any) -> str:
    """A document as `--format json` prints it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def chosen_scorecard(configuration: Configuration, scorecard: str | None) -> str:
    """The scorecard that is meant: the one given, or the only one there is.

    Raises:
        UnknownNameError: none is given, and there is not just one.
    """
    if scorecard is not None or len(configuration.scorecards) == 1:
        return scorecard or next(iter(configuration.scorecards))
    known = ", ".join(sorted(configuration.scorecards)) or "none"
    raise UnknownNameError(f"Name a scorecard, since there is not just one. There is: {known}.")
