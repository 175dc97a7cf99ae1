"""From a host to a file: look, write, see that it is valid, say what was found and what to do next."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from scorecard_exporter.config import load
from scorecard_exporter.errors import ScorecardError
from scorecard_exporter.sources.kit.starter import Found
from scorecard_exporter.starter.hosts import Host
from scorecard_exporter.starter.outline import MOST_SERVICES, Outline, outline
from scorecard_exporter.starter.writing import OWNER, listed, write


def save(path: Path, text: str) -> None:
    """Write a file whole or not at all.

    Raises:
        ScorecardError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        raise ScorecardError(f"{path} cannot be written: {error.strerror}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where to look, and with what. `url` None: the public host."""

    host: Host
    group: str
    url: str | None
    token_env: str

    def look(self, environ: Mapping[str, str]) -> Found:
        """What is there.

        Raises:
            ScorecardError: it cannot be looked at.
        """
        if self.url and not self.url.startswith(("https://", "http://")):
            raise ScorecardError(f"--url={self.url}: expected an address such as https://git.acme.example")
        token = environ.get(self.token_env, "").strip()
        return self.host.look(url=self.url, token=SecretStr(token) if token else None, group=self.group)

    def outline(self, found: Found) -> Outline:
        """What of it is taken.

        Raises:
            ScorecardError: there is nothing to begin with.
        """
        if not found.services:
            left_out = f" Left out: {', '.join(found.left_out)}." if found.left_out else ""
            raise ScorecardError(f"Nothing in {self.group} looks like a service.{left_out}")
        return outline(self.group, self.host.type, found)

    def text(self, what: Outline, on: date) -> str:
        """The configuration; valid, or there is a fault in what writes it.

        Raises:
            ConfigurationError: there is.
        """
        text = write(what, type_=self.host.type, url=self.url, token_env=self.token_env, on=on)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "scorecard.yaml")
            path.write_text(text, encoding="utf-8")
            load(path, {self.token_env: "a token"})
        return text

    def told(self, found: Found, what: Outline, path: Path) -> Iterator[str]:
        """What was found and what to do next, for people."""
        yield f"{self.group} at {self.host.title}, seen by {found.account or 'nobody in particular'}:"
        yield f"  {len(what.services)} services, {len(what.teams) - 1} teams below the whole"
        ways = {"releases": "releases", "tags": "tags", "first_parent": "every commit of the main branch"}
        for way, title in ways.items():
            if names := [service.name for service in what.services if service.way == way]:
                yield f"  deployments guessed from {title}: {listed(names)}"
        yield f"  production: {listed(what.production.patterns)}; there are: {listed(what.production.seen) or 'none'}"
        if not what.incident_labels:
            yield "  no label sounds like an incident: say where incidents are, or failures are not known"
        if what.passed_over:
            why = f"nothing deploys them, or they are beyond {MOST_SERVICES}"
            yield f"  not taken ({why}): {listed(what.passed_over)}"
        if found.left_out:
            yield f"  left out: {', '.join(found.left_out)}"
        yield from (f"  note: {note}" for note in found.notes)
        yield ""
        yield f"Written to {path}. Next:"
        yield f"  1. Name the owners: search for {OWNER!r} in it."
        yield f"  2. scorecard-exporter check --online --config.file={path}   (with {self.token_env} set)"
        yield f"  3. scorecard-exporter run --config.file={path}, and open http://127.0.0.1:10210/"
