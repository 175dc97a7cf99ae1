"""A made-up git repository, the same each time it is made: merges, maintenance branches, releases."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random

ENDS_AT = datetime(2026, 7, 1, tzinfo=UTC)
"""When the last commit was made, or a little later."""

_SECONDS_BETWEEN = 1_500
_FIXES = 2
_WORDS = ("retry", "cache", "query", "index", "shard", "token", "parser", "window", "target", "label", "series", "leak")
_VERBS = ("Add", "Fix", "Remove", "Rename", "Speed", "Test", "Document")


def make(path: Path, *, commits: int, releases: int, seed: int = 1) -> None:
    """Make a bare repository at `path` with `commits` commits on `main` and maintenance branches.

    `releases` annotated tags lie evenly on `main`, and every fourth of them is followed by a light tag on a
    maintenance branch of its own. About one commit in four is a merge of a branch of up to four commits.
    """
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", path], check=True)
    importing = ["git", f"--git-dir={path}", "fast-import", "--quiet", "--force"]
    stream = b"".join(_History(Random(seed), commits, releases).lines())
    subprocess.run(importing, input=stream, check=True)


class _History:
    """The commands of `git fast-import` for one history; a mark is the number of a commit."""

    def __init__(self, random: Random, commits: int, releases: int) -> None:
        self._random = random
        self._commits = commits
        self._every = commits // releases
        self._mark = 0
        self._released = 0

    def lines(self) -> Iterator[bytes]:
        """The whole history."""
        yield self._commit("main", [])
        main = 1
        while self._mark < self._commits:
            side, fork = main, self._mark
            for _ in range(min(self._random.choice((0, 0, 1, 2, 3, 4)), self._commits - self._mark - 1)):
                yield self._commit("topic", [side])
                side = self._mark
            yield self._commit("main", [main] if fork == self._mark else [main, side])
            main = self._mark
            if self._mark // self._every > self._released:
                yield from self._release(main)
        yield b"reset refs/heads/topic\nfrom 0000000000000000000000000000000000000000\n\n"

    def _release(self, main: int) -> Iterator[bytes]:
        self._released += 1
        yield (
            f"tag v{self._released}.0\nfrom :{main}\n"
            f"tagger Release <release@example.org> {self._at()} +0000\ndata 7\nRelease\n"
        ).encode()
        if self._released % 4 == 0:
            for _ in range(_FIXES):
                yield self._commit("topic", [main])
                main = self._mark
            yield f"reset refs/tags/v{self._released}.1\nfrom :{self._mark}\n\n".encode()

    def _commit(self, branch: str, parents: list[int]) -> bytes:
        self._mark += 1
        number, authored = self._random.randint(1, 60), self._at() - self._random.randint(0, 500_000)
        message = self._message().encode()
        lines = [
            f"commit refs/heads/{branch}\nmark :{self._mark}\n",
            f"author Person {number} <person{number}@example.org> {authored} +0100\n",
            f"committer Host <noreply@example.org> {self._at()} +0000\n",
            f"data {len(message)}\n",
        ]
        follow = [f"{'merge' if place else 'from'} :{parent}\n" for place, parent in enumerate(parents)]
        change = f"M 100644 inline part-{self._mark % 50}\ndata {len(str(self._mark))}\n{self._mark}\n\n"
        return "".join(lines).encode() + message + b"\n" + "".join(follow).encode() + change.encode()

    def _at(self) -> int:
        return int(ENDS_AT.timestamp()) - (self._commits + _FIXES - self._mark) * _SECONDS_BETWEEN

    def _message(self) -> str:
        """A subject, and in two of three commits a body of a few lines."""
        pick = self._random.choice
        subject = f"{pick(_VERBS)} {pick(_WORDS)} {pick(_WORDS)} of {pick(_WORDS)}"
        lines = [" ".join(pick(_WORDS) for _ in range(11)) for _ in range(pick((0, 3, 6)))]
        return "\n".join([subject, "", *lines]) if lines else subject
