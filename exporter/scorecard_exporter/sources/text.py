"""Text of others, made harmless: names, titles and messages may hold anything."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from urllib.parse import urlsplit


def printable(text: str) -> str:
    """`text` on one line, without control characters, escape sequences or marks that turn the direction of writing."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable():
        return character
    return " " if character.isspace() else "\N{REPLACEMENT CHARACTER}"


def excerpt(text: str, limit: int = 120) -> str:
    """The beginning of `text`, printable, for a message."""
    shown = printable(text[: limit + 1].strip())
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"


def web_address(url: str) -> str:
    """`url` if a browser may follow it, else nothing: a source can write `javascript:` as well."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def unknown(what: str, name: str, allowed: Iterable[str]) -> str:
    """Half a sentence that refuses `name`, with the nearest right one and all that are allowed."""
    names = sorted(allowed)
    near = get_close_matches(name, names, n=1)
    guess = f"; did you mean {near[0]!r}?" if near else ";"
    return f"{what} {excerpt(name, 60)!r} is unknown{guess} Allowed: {', '.join(names)}"
