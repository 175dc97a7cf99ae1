"""Options that several commands have, and how they print documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

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


def as_json(document: Any) -> str:
    """A document as `--format json` prints it."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
