"""The templates of the pages, with the words that they use."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined

from scorecard_exporter import __version__
from scorecard_exporter.web.pages.words import FILTERS


def environment() -> Environment:
    """Everything that is shown is escaped, and a name that is not given is an error."""
    templates = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters.update(FILTERS)
    templates.globals.update(version=__version__)
    return templates
