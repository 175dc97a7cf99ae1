"""What the message of a commit or the description of a pull request says that it reverts.

The forms are those that git (`git revert`, also `--reference`, also of a merge), GitHub and GitLab write
themselves. They count at the beginning of a line only, so that a sentence about a revert is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

MOST = 100
"""No more names than this are taken from one message."""

_START = re.compile(
    r"^[ \t]{0,8}(?:this )?reverts (?:(commits?) |merge requests? |pull requests? )?", re.IGNORECASE | re.MULTILINE
)
_SHA = re.compile(r"([0-9a-f]{7,64})\b(?:\s{1,4}\([^()]{0,300}\))?", re.IGNORECASE)
_NUMBER = re.compile(r"((?:[\w.-]{1,100}/){1,20}[\w.-]{1,100})?([#!]\d{1,18})\b", re.ASCII)
_SEPARATOR = re.compile(r"\s{0,4}(?:,\s{0,4}(?:and\s{1,4})?|and\s{1,4})", re.IGNORECASE)


def reverts(body: str) -> tuple[str, ...]:
    """The names of what `body` reverts, in order, each once, at most `MOST`.

    A name is a lower-case sha of 7 to 64 digits, or the number of a pull or merge request: `#12`, `!12`,
    `owner/repository#12`, `group/project!12`. Takes time linear in the length of the body.
    """
    return tuple(islice(dict.fromkeys(_names(body)), MOST))


def _names(body: str) -> Iterator[str]:
    for start in _START.finditer(body):
        name = _SHA if start[1] else _NUMBER
        match = name.match(body, start.end())
        while match:
            yield f"{match[1] or ''}{match[2]}" if name is _NUMBER else match[1].lower()
            separator = _SEPARATOR.match(body, match.end())
            match = name.match(body, separator.end()) if separator else None
