"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

config_file = click.option(
    "--config.file",
    "config_file",
    type=click.Path(path_type=Path),
    default=Path("scorecard.yaml"),
    show_default=True,
    envvar="SCORECARD_CONFIG_FILE",
    help="The configuration.",
)
output_format = click.option(
    "--format", "output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)
