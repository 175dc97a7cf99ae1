"""Templates: a scorecard that is made from one has all that the template says, and what it says itself."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.references import refers


def apply_templates(document: Document) -> None:
    """Put what their templates say into the data of the scorecards that name one.

    Mappings are put together key by key; anything else that a scorecard says stands instead. A mistake in a
    template is told once, where it was written, however many scorecards are made from it.
    """
    known = document.names("templates")
    for scorecard in document.names("scorecards"):
        location: Location = ("scorecards", scorecard)
        shape = document.data["scorecards"][scorecard]
        name = shape.get("template") if isinstance(shape, dict) else None
        if isinstance(name, str) and refers(document, (*location, "template"), name, known, "a template"):
            _merge(document, ("templates", name), document.data["templates"][name], location, shape)


def _merge(document: Document, source: Location, template: Any, target: Location, data: dict[str, Any]) -> None:
    """Copy from a template what `data` lacks."""
    if not isinstance(template, dict):  # a mistake that the template itself is told of
        return
    for key, value in template.items():
        own = data.get(key)
        if key not in data or (own is None and isinstance(value, dict)):
            data[key] = deepcopy(value)
            _place(document, (*source, key), (*target, key))
        elif isinstance(own, dict):
            _merge(document, (*source, key), value, (*target, key), own)


def _place(document: Document, source: Location, target: Location) -> None:
    """Note where a copy was written, and what of it is known to be broken."""
    document.copied[target] = source
    document.broken |= {
        (*target, *broken[len(source) :]) for broken in document.broken if broken[: len(source)] == source
    }
