"""How far back the history of a repository goes: all the way, unless it is a shallow clone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from scorecard_exporter.errors import RetriableSourceError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.git.references import unix_time
from scorecard_exporter.sources.git.repository import Repository


@dataclass(frozen=True, slots=True)
class History:
    """Where history is cut off: nowhere (None, no boundary), or when the newest cut-off commit was made."""

    begins_at: datetime | None
    boundary: tuple[str, ...]

    def problems(self, repository: Repository, origin: str) -> tuple[Problem, ...]:
        """That history is cut off, if it is."""
        if not self.boundary:
            return ()
        message = (
            f"{repository.path} is a shallow clone: nothing is known from before {self.begins_at or 'its boundary'}; "
            f"run `git -C {repository.path} fetch --unshallow --tags`"
        )
        return (Problem(code="shallow_history", message=message, origin=origin),)


def history(repository: Repository) -> History:
    """Ask where history is cut off."""
    answer = repository.ask("rev-parse", "--is-shallow-repository", "--git-path", "shallow") or ""
    is_shallow, _, path = answer.rstrip("\n").partition("\n")
    if is_shallow != "true":
        return History(None, ())
    try:
        boundary = tuple(sorted(Path("/", path).read_text(encoding="ascii").split()))
    except (OSError, ValueError) as error:
        raise RetriableSourceError(f"cannot read where the shallow clone {repository.path} begins: {error}") from None
    options = ("log", "--stdin", "--no-walk", "--ignore-missing", "--no-show-signature", "-z", "--format=%ct")
    times = [unix_time(time) for time in repository.fields(*options, revisions=boundary)]
    return History(max((time for time in times if time), default=None), boundary)
