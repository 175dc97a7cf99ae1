"""Which files there are, and what the name of one tells."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from scorecard_exporter.errors import RetriableSourceError, SkippableSourceError
from scorecard_exporter.events.model import KINDS
from scorecard_exporter.sources.files.formats import FORMATS

KIND_NAMES: Mapping[str, str] = {
    **{kind: kind for kind in KINDS},
    **{f"{kind}s": kind for kind in KINDS},
    "branches": "branch",
    "survey": "survey_answer",
    "surveys": "survey_answer",
}
"""What the name of a file may begin with, and the kind of record that it then holds."""
_BEGINNING = re.compile(rf"({'|'.join(sorted(KIND_NAMES, key=len, reverse=True))})(?![a-z])")


def kind_of(path: Path) -> str | None:
    """The kind of record that the name of a file tells: `incidents-2026.csv` holds incidents."""
    found = _BEGINNING.match(path.stem.lower().replace("-", "_"))
    return KIND_NAMES[found[1]] if found else None


def find(directory: str, patterns: Iterable[str]) -> dict[str, Path]:
    """The files meant by `patterns` (a file, a directory, a glob), by their names, in order of the names.

    Raises:
        SkippableSourceError: a file is named whose format is not known.
        RetriableSourceError: what is named is not there, or may not be seen, or holds no file.
    """
    patterns = tuple(patterns)
    try:
        paths = sorted({path for pattern in patterns for path in _matches(Path(directory, pattern).expanduser())})
    except OSError as error:
        raise RetriableSourceError(f"cannot look for files: {error}; what was read before stays") from None
    if not paths:
        raise RetriableSourceError(f"no file matches {', '.join(patterns)}; what was read before stays")
    return {_name(path, directory): path for path in paths}


def _name(path: Path, directory: str) -> str:
    return str(path.relative_to(directory) if path.is_relative_to(directory) else path)


def _matches(path: Path) -> Iterator[Path]:
    if path.is_file():
        if path.suffix.lower() not in FORMATS:
            raise SkippableSourceError(f"the format of {path} is not known; its name must end in {', '.join(FORMATS)}")
        yield path
    elif path.is_dir():
        yield from _readable(path.iterdir())
    else:
        _must_exist(path)
        yield from _readable(Path(match) for match in glob.iglob(str(path), recursive=True))  # noqa: PTH207 - `**`


def _readable(paths: Iterable[Path]) -> Iterator[Path]:
    """Regular files of a known format; a named pipe, say, could be waited for without end."""
    for path in paths:
        if path.suffix.lower() in FORMATS and not path.name.startswith(".") and path.is_file():
            yield path


def _must_exist(path: Path) -> None:
    """An unmounted disk must not look like files that were deleted."""
    while glob.has_magic(path.name) or any(glob.has_magic(part) for part in path.parts):
        path = path.parent
    if not path.exists():
        raise RetriableSourceError(f"{path} is not there; what was read before stays")
