"""From data to shapes: every mistake of form is noted, and what is sound goes on to be resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from scorecard_exporter.config.document import Document, Location
from scorecard_exporter.config.values import choice, near

_Shape = TypeVar("_Shape", bound=BaseModel)
_KEY = "[key]"
_LITERAL = re.compile(r"'([^']*)'")
_OF_A_WHOLE = ("value_error", "too_short")
_NEEDED = {
    "string_type": "a text is needed here",
    "dict_type": "a mapping (key: value) is needed here",
    "mapping_type": "a mapping (key: value) is needed here",
    "model_type": "a mapping (key: value) is needed here",
    "model_attributes_type": "a mapping (key: value) is needed here",
    "list_type": "a list is needed here",
    "tuple_type": "a list is needed here",
    "bool_type": "yes or no is needed here",
    "bool_parsing": "yes or no is needed here",
    "int_type": "a whole number is needed here",
    "int_parsing": "a whole number is needed here",
}


def parse(kind: type[_Shape], document: Document, location: Location = ()) -> _Shape | None:
    """The data at `location` as a shape, without what is wrong with it; None when nothing is left.

    Every mistake is noted in the document, and its location is broken from then on.
    """
    data = _inside(document.data, location)
    sound = deepcopy({} if data is None else data)
    for broken in document.broken:
        if broken[: len(location)] == location:
            _prune(sound, broken[len(location) :])
    while True:
        try:
            return kind.model_validate(sound)
        except ValidationError as error:
            pieces = {_note(details, kind, document, location) for details in error.errors(include_url=False)}
        if () in pieces:
            return None
        for piece in pieces:
            _prune(sound, piece)


def _inside(data: Any, location: Location) -> Any:
    for step in location:
        data = data[step]
    return data


def _note(details: ErrorDetails, kind: type[BaseModel], document: Document, location: Location) -> Location:
    """Note one mistake; where the piece is, within `location`, that must go."""
    loc, missing = details["loc"], details["type"] == "missing"
    piece = tuple(_steps(loc[:-1] if missing else loc, _inside(document.data, location)))
    whole = (*location, *piece)
    follows = (missing and (*whole, loc[-1]) in document.broken) or (
        # A whole that a piece was taken out of cannot be blamed for what it lacks.
        details["type"] in _OF_A_WHOLE and any(broken[:-1][: len(whole)] == whole for broken in document.broken)
    )
    if not follows:
        at_key = missing or details["type"] == "extra_forbidden" or _KEY in loc[-1:]
        document.mistake(whole, _problem(details, kind, piece), at_key=at_key)
    document.broken.add(whole)
    return piece


def _steps(loc: Location, data: Any) -> Iterator[str | int]:
    """The steps of a pydantic location that lead through the data; it also names the forms it has tried."""
    for step in loc:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            yield step
            data = _inside(data, (step,))


def _problem(details: ErrorDetails, kind: type[BaseModel], piece: Location) -> str | ValueError:
    code = details["type"]
    if code == "extra_forbidden":
        return _unknown_key(str(piece[-1]), _keys(kind, piece[:-1]))
    if code == "missing":
        return f"the key {details['loc'][-1]!r} is missing"
    if code == "literal_error" and isinstance(details["input"], str):
        return choice(details["input"], tuple(_LITERAL.findall(details["ctx"]["expected"])))
    if code == "value_error":
        return details["ctx"]["error"]  # type: ignore[no-any-return]
    return _NEEDED.get(code) or details["msg"]


def _unknown_key(key: str, known: tuple[str, ...]) -> str:
    return f"this key is unknown; {near(key, known)}allowed: {', '.join(known)}"


@cache
def _json_schema(kind: type[BaseModel]) -> dict[str, Any]:
    return kind.model_json_schema()


def _keys(kind: type[BaseModel], piece: Location) -> tuple[str, ...]:
    """The keys that may stand in the mapping at `piece` of a shape."""
    schema = _json_schema(kind)
    forms = list(_forms(schema, schema))
    for step in piece:
        forms = [form for outer in forms for form in _forms(_below(outer, step), schema)]
    return tuple(key for form in forms for key in form.get("properties", ()))


def _below(form: Mapping[str, Any], step: str | int) -> Mapping[str, Any]:
    if isinstance(step, int):
        return form.get("items") or {}
    if step in form.get("properties", {}):
        return form["properties"][step]  # type: ignore[no-any-return]
    below = [*form.get("patternProperties", {}).values(), form.get("additionalProperties")][0]
    return below if isinstance(below, dict) else {}


def _forms(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A JSON schema without references and alternatives."""
    if "$ref" in schema:
        yield from _forms(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    alternatives = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    for alternative in alternatives:
        yield from _forms(alternative, root)
    if not alternatives:
        yield schema


def _prune(data: Any, piece: Location) -> None:
    """Take a broken piece out, a list as a whole."""
    for depth, step in enumerate(piece):
        if isinstance(step, int):
            piece = piece[:depth]
            break
    for step in piece[:-1]:
        data = data.get(step, {})
    data.pop(piece[-1], None)
