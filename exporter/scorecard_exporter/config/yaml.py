"""YAML whose every key and value has its place, with three tags: `!env NAME`, `!file PATH`, `!include PATH`.

A scalar stays the text that was written: what it means (a rate, a date, a yes) is told by the key
that it stands at, so that `1:30`, `017` or `2026-01-01` are never taken for something else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from scorecard_exporter.config.document import Document, Location, Place, Secret

_FASTEST: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The loader in C where PyYAML has it; what it refuses, the other one explains."""

MOST_VALUES = 500_000
"""So many values fill a few hundred megabytes; aliases of aliases make them of a few lines."""
DEEPEST = 50
"""Levels; nothing in a configuration is nested half as deep."""
_TOO_DEEP = f"more than {DEEPEST} levels, one in another, are too many"

_STANDARD = "tag:yaml.org,2002:"
_TAGS = "allowed are !env NAME, !file PATH and !include PATH; a text that begins with ! stands in quotes"
_NAMED = re.compile(r"(alias|anchor|handle) '[^']*'")
_BEGINS_BADLY = re.compile(r"alias|anchor|handle|token|indicators")
_HINT = "; a text that begins with one of * & ! % @ ` | > { [ stands in quotes"


class _TooMuchError(Exception):
    """No configuration is like that; to read on would only fill the memory."""


def read(path: Path, environ: Mapping[str, str]) -> Document:
    """Read a configuration file with all that it includes.

    Relative paths in it are meant from the file that they stand in. Mistakes (bad syntax, a key given
    twice, a missing variable or file) are noted in the document, and the rest is read on.
    """
    document = Document(str(path))
    try:
        document.data = _Reader(document, environ).file(path, ())
    except _TooMuchError as error:
        document.mistake((), str(error))
        document.broken.add(())
    return document


def _why(error: yaml.MarkedYAMLError, line: int) -> str:
    """What is wrong at `line` (from 0), with the line where what is wrong begins if that is another one."""
    begin = error.context_mark
    context = error.context
    if context and context.startswith("while ") and begin and begin.line != line:
        context = f"{context} that begins in line {begin.line + 1}"
    why = _NAMED.sub(r"\1", ", ".join(part for part in (context, error.problem) if part))
    if "'\\t'" in why:
        return f"{why}; lines are indented with spaces, not with tabs"
    return why + _HINT if _BEGINS_BADLY.search(why) else why


class _Reader:
    """Turns files into the data of a document, and notes where everything stands."""

    def __init__(self, document: Document, environ: Mapping[str, str]) -> None:
        self._document, self._environ = document, environ
        self._files: list[Path] = []
        self._open: list[yaml.Node] = []

    def file(self, path: Path, location: Location) -> Any:
        """The data of a YAML file that stands at `location`; None when it cannot be read."""
        text = self._text(path, location)
        if text is None:
            return None
        self._files.append(path)
        node = self._compose(text, location)
        if not location:
            self._document.root = node
        data = self._build(node, location) if node else None
        self._files.pop()
        return data

    def _broken(self, location: Location, message: str) -> None:
        self._document.mistake(location, message)
        self._document.broken.add(location)

    def _text(self, path: Path, location: Location) -> str | None:
        try:
            return path.read_text(encoding="utf-8-sig")
        except OSError as error:
            hint = "" if location else "; `--config.file` says which file it is"
            self._broken(location, f"{path} cannot be read: {error.strerror}{hint}")
        except UnicodeDecodeError:
            self._broken(location, f"{path} is not text in UTF-8")
        return None

    def _compose(self, text: str, location: Location) -> yaml.Node | None:
        """The syntax tree. Messages do not repeat a name that may be a password without quotes."""
        with suppress(yaml.YAMLError):
            return yaml.compose(text, Loader=_FASTEST)
        try:
            return yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line, mark.column) if mark else (0, 0)
            place = Place(str(self._files[-1]), line + 1, column + 1)
            self._document.mistake_at(place, location, f"this is not YAML: {_why(error, line)}")
        except RecursionError:
            raise _TooMuchError(_TOO_DEEP) from None
        except yaml.reader.ReaderError as error:
            before = text[: error.position].split("\n")
            place = Place(str(self._files[-1]), len(before), len(before[-1]) + 1)
            code = ord(text[error.position])
            self._document.mistake_at(place, location, f"the character U+{code:04X} is not allowed in YAML")
        self._document.broken.add(location)
        return None

    def _place(self, node: yaml.Node) -> Place:
        return Place(str(self._files[-1]), node.start_mark.line + 1, node.start_mark.column + 1)

    @contextmanager
    def _inside(self, node: yaml.Node, location: Location) -> Iterator[bool]:
        """False, and a mistake, where an alias leads back into the node that it is part of."""
        looped = any(node is outer for outer in self._open)
        if looped:
            self._broken(location, "this alias contains itself")
        self._open.append(node)
        yield not looped
        self._open.pop()

    def _build(self, node: yaml.Node, location: Location) -> Any:
        if len(self._document.values) >= MOST_VALUES:
            raise _TooMuchError(f"more than {MOST_VALUES:,} values with all aliases written out are too many")
        if len(location) > DEEPEST:
            raise _TooMuchError(_TOO_DEEP)
        self._document.values[location] = self._place(node)
        self._document.nodes[location] = node
        if not node.tag.startswith(_STANDARD):
            return self._tagged(node, location)
        with self._inside(node, location) as sound:
            if not sound:
                return None
            if isinstance(node, yaml.MappingNode):
                return self._mapping(node, location)
            if isinstance(node, yaml.SequenceNode):
                return [self._build(item, (*location, index)) for index, item in enumerate(node.value)]
        return None if node.tag == _STANDARD + "null" else node.value

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        data = {}
        for name, (key, value) in self._pairs(node, location).items():
            inner = (*location, name)
            self._document.keys[inner] = self._place(key)
            data[name] = self._build(value, inner)
        return data

    def _pairs(self, node: yaml.MappingNode, location: Location) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        """The keys of a mapping; those of `<<` give way to its own."""
        merged: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        own: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if key.tag == _STANDARD + "merge":
                merged = {**self._merged(value, location), **merged}
            elif not isinstance(key, yaml.ScalarNode):
                self._document.mistake_at(self._place(key), location, "a key is a text, not a mapping or a list")
            elif key.value in own:
                first = self._place(own[key.value][0])
                message = f"this key is given twice; the first one is in line {first.line}"
                self._document.mistake_at(self._place(key), (*location, key.value), message)
            else:
                own[key.value] = (key, value)
        return {**merged, **own}

    def _merged(self, node: yaml.Node, location: Location) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        pairs: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for source in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            if not isinstance(source, yaml.MappingNode):
                self._document.mistake_at(self._place(source), location, "<< needs a mapping, or a list of them")
                continue
            with self._inside(source, location) as sound:
                pairs = {**(self._pairs(source, location) if sound else {}), **pairs}
        return pairs

    def _tagged(self, node: yaml.Node, location: Location) -> Any:
        read = {"!env": self._env, "!file": self._file, "!include": self._include}.get(node.tag)
        if read is None:
            self._broken(location, f"this tag is unknown: {_TAGS}")
            return None
        if not isinstance(node, yaml.ScalarNode) or not node.value:
            self._broken(location, f"{node.tag} needs a name: {_TAGS}")
            return None
        return read(node.value, location)

    def _env(self, name: str, location: Location) -> str | None:
        text = self._environ.get(name)
        if not text:
            self._broken(location, f"the environment variable {name} is not set, or empty")
            return None
        self._document.secrets[location] = Secret(f"!env {name}", text)
        return text

    def _file(self, name: str, location: Location) -> str | None:
        text = self._text(self._files[-1].parent / name, location)
        if text is not None:
            text = text.rstrip("\r\n")
            self._document.secrets[location] = Secret(f"!file {name}", text)
        return text

    def _include(self, name: str, location: Location) -> Any:
        path = self._files[-1].parent / name
        if any(path.resolve() == outer.resolve() for outer in self._files):
            self._broken(location, f"{path} includes itself")
            return None
        return self.file(path, location)
