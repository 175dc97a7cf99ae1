"""How names in the configuration match what systems say: globs, regular expressions and path globs."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Sequence
from functools import lru_cache

_PATH_PARTS = re.compile(r"\*\*/|\*\*|\*|\?|[^*?]+")
_PATH_WILDCARDS = {"**/": r"(?:.*/)?", "**": r".*", "*": r"[^/]*", "?": r"[^/]"}


def matches(text: str, patterns: Sequence[str]) -> bool:
    """Whether one of `patterns` matches `text`.

    A glob matches the whole text without regard to case; `*` is any run of characters, `?` any one, and
    everything else is itself, brackets too, because `dependabot[bot]` is a name. A pattern between
    slashes is a regular expression, found anywhere in the text, with regard to case.

    Raises:
        ValueError: see `check_pattern`.
    """
    return bool(patterns) and any(_compiled(pattern).search(text) for pattern in patterns)


def check_pattern(pattern: str) -> None:
    """Refuse what `matches` cannot use.

    Raises:
        ValueError: the pattern is empty, or the regular expression between its slashes is none.
    """
    if not pattern:
        raise ValueError("'' matches nothing; write a name, a glob such as prod*, or a /regular expression/")
    _compiled(pattern)


def matches_path(path: str, globs: tuple[str, ...]) -> bool:
    """Whether one of `globs` matches `path`, a file's path from the root of its repository.

    `*` and `?` stay within one folder, `**` crosses folders; `services/api`, with or without a slash at
    its end, is the file or everything in the folder. Case counts, as it does in a repository.
    """
    return _compiled_globs(globs).fullmatch(path) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        try:
            return re.compile(pattern[1:-1])
        except re.error as error:
            raise ValueError(f"{pattern!r} is not a regular expression: {error}") from None
    return re.compile(r"\A" + fnmatch.translate(pattern.replace("[", "[[]")), re.IGNORECASE)


@lru_cache(maxsize=256)
def _compiled_globs(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_path_expression, globs)) or r"(?!)", re.DOTALL)


def _path_expression(glob: str) -> str:
    folder = glob.removeprefix("./").strip("/")
    parts = _PATH_PARTS.findall(folder)
    return "".join(_PATH_WILDCARDS.get(part) or re.escape(part) for part in parts) + r"(?:/.*)?"
