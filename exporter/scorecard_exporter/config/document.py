"""A configuration as it was read: its data, where each piece stands, and every mistake found in it.

Nothing that came from `!env` or `!file` ever appears in a mistake or in the redacted text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import yaml

from scorecard_exporter.errors import ConfigurationError, Mistake
from scorecard_exporter.quantities import RefusedError

Location = tuple[str | int, ...]
"""The way to a value from the top of the document: keys, and positions in lists counted from 0."""

Report = Callable[[Location, "str | ValueError"], None]
"""Takes a mistake and the location that it is about."""

SECRET = "<secret>"  # noqa: S105 (it stands where a secret was)
_SHORTEST_SECRET = 6
"""Characters. A shorter text is no secret, and to cut it out everywhere would tear words apart."""
_USERINFO = re.compile(r"(?<=://)(?:[^/?#\s]*|[^/?#\s@:]+:\S*)(?=@)")
"""User and password of a URL, also where the password has a `/` that it should not have."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a file; lines and columns count from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Secret:
    """A text from outside of the file. `tag`: what stands in the file instead."""

    tag: str
    text: str = field(repr=False)


@dataclass(slots=True)
class Document:
    """What was read from `file` and all that it includes.

    `data`: mappings, lists, texts and None; a scalar is the text that was written. `keys` and
    `values`: where they begin. `copied`: where a piece of data stands a second time, and where it was
    written. `root`: the nodes of `file` itself, for `redacted`. `broken`: where no
    usable value is, which a mistake has said already.
    """

    file: str
    data: Any = field(default=None, repr=False)
    root: yaml.Node | None = field(default=None, repr=False)
    keys: dict[Location, Place] = field(default_factory=dict, repr=False)
    values: dict[Location, Place] = field(default_factory=dict, repr=False)
    copied: dict[Location, Location] = field(default_factory=dict, repr=False)
    nodes: dict[Location, yaml.Node] = field(default_factory=dict, repr=False)
    secrets: dict[Location, Secret] = field(default_factory=dict, repr=False)
    mistakes: set[Mistake] = field(default_factory=set)
    broken: set[Location] = field(default_factory=set, repr=False)

    def report(self, location: Location, problem: str | ValueError) -> None:
        """Note a mistake of meaning, unless it may only follow from a broken value there or in it."""
        if not any(location in (broken, broken[:-1]) for broken in self.broken):
            self.mistake(location, problem)

    def mistake(self, location: Location, problem: str | ValueError, *, at_key: bool = False) -> None:
        """Note a mistake about the value at `location`, or about its key.

        A location that does not exist (a key that is missing) stands where the mapping around it does.
        """
        location = self.written(location)
        places = [self.keys, self.values] if at_key else [self.values, self.keys]
        place = next((found[location] for found in places if location in found), None) or self._around(location)
        self.mistake_at(place, location, problem)

    def mistake_at(self, place: Place, location: Location, problem: str | ValueError) -> None:
        """Note a mistake at a place that has no location of its own."""
        secret = self.secrets.get(location)
        message = self.without_secrets(str(problem)) if secret is None else _of_secret(secret, problem)
        self.mistakes.add(Mistake(place.file, place.line, place.column, dotted(location), message))

    def written(self, location: Location) -> Location:
        """Where that was written which stands at `location`."""
        for length in range(len(location), 0, -1):
            if location[:length] in self.copied:
                return self.copied[location[:length]] + location[length:]
        return location

    def names(self, *location: str | int) -> tuple[str, ...]:
        """The keys of the mapping at `location`, whether what they hold is right or not."""
        data = self.data
        for step in location:
            data = data.get(step) if isinstance(data, dict) else None
        return tuple(data) if isinstance(data, dict) else ()

    def error(self) -> ConfigurationError:
        """All mistakes noted so far, in the order of the files."""
        return ConfigurationError(tuple(sorted(self.mistakes)))

    def raise_mistakes(self) -> None:
        """Raise `error` if there is any mistake."""
        if self.mistakes:
            raise self.error()

    def redacted(self, secret: Iterable[Location]) -> str:
        """The file as YAML without comments, its tags as written, and no secret in it.

        `secret`: locations of values to hide, beside the user and password of every URL.
        """
        if self.root is None:
            return ""
        for location in secret:
            node = self.nodes.get(location)
            if isinstance(node, yaml.ScalarNode) and not node.tag.startswith("!"):
                node.value, node.style, node.tag = SECRET, None, "tag:yaml.org,2002:str"
        for node in self.nodes.values():
            if isinstance(node, yaml.ScalarNode):
                node.value = _USERINFO.sub(SECRET, node.value)
        return str(yaml.serialize(self.root, Dumper=yaml.SafeDumper, allow_unicode=True, width=120))

    def without_secrets(self, text: str) -> str:
        """`text` without any secret in it, plain or as Python writes texts."""
        for secret in self.secrets.values():
            if len(secret.text) >= _SHORTEST_SECRET:
                text = text.replace(secret.text, SECRET).replace(repr(secret.text)[1:-1], SECRET)
        return _USERINFO.sub(SECRET, text)

    def _around(self, location: Location) -> Place:
        while location:
            location = location[:-1]
            for places in (self.values, self.keys):
                if location in places:
                    return places[location]
        return Place(self.file, 1, 1)


def _of_secret(secret: Secret, problem: str | ValueError) -> str:
    if isinstance(problem, RefusedError):
        return f"what {secret.tag} gives is not {problem.allowed}"
    return f"what {secret.tag} gives cannot be used here"


def dotted(location: Location) -> str:
    """A location as people write it: `teams.payments.services[0]`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).removeprefix(".")
