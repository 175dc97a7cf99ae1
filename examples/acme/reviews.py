"""`python -m examples.acme.reviews docs/examples`: the reviews of two quarters in a row, the second from the first.

Always of the same company at the same moments, so that the files change only with the story or the exporter.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from examples.acme import configuration, files
from examples.acme.company.model import Company
from examples.acme.company.moments import DAY, iso, moment
from examples.acme.company.people import services
from examples.acme.company.story import company

from scorecard_exporter.config import load
from scorecard_exporter.config.model import Configuration
from scorecard_exporter.events.model import Batch
from scorecard_exporter.polling import Poll
from scorecard_exporter.quantities import instant
from scorecard_exporter.report.markdown import markdown
from scorecard_exporter.report.writing import Meeting, ReviewQuestion, kept_document, recorded, written
from scorecard_exporter.sources.base import Source
from scorecard_exporter.store import open_store
from scorecard_exporter.store.base import Store
from scorecard_exporter.web.pages.reviews import html

MEETINGS = Path(__file__).with_name("meetings")
NOW = moment("2026-11-25T09:00:00Z")
FIRST, SECOND = "2026-Q2", "2026-Q3"
HELD = {FIRST: datetime(2026, 7, 9, 14, tzinfo=UTC), SECOND: datetime(2026, 10, 8, 14, tzinfo=UTC)}
"""When each review was held."""
BY = "cto-office@acme.example"


def documents(store: Store, folder: Path) -> Iterator[tuple[str, str]]:
    """Names and texts of the files, from a store with all that happened; `folder` has the configuration."""
    meeting = Meeting(BY, (MEETINGS / f"{FIRST}.md").read_text("utf-8"))
    kept = recorded(_at_meeting(folder, FIRST), store, _question(FIRST), meeting, instant(HELD[FIRST]))
    first = kept_document(kept, whole=True)
    second = written(_at_meeting(folder, SECOND), store, _question(SECOND), instant(HELD[SECOND]))
    yield f"review-{FIRST}.html", html(first["review"], first)
    yield f"review-{SECOND}.html", html(second)
    yield f"review-{SECOND}.md", markdown(second)


def _question(period: str) -> ReviewQuestion:
    return ReviewQuestion("engineering", "engineering", period)


def _at_meeting(folder: Path, period: str) -> Configuration:
    """The configuration as it was when the review of a period was held: with what was being done then."""
    shutil.copy(MEETINGS / f"{period}.yaml", folder / "initiatives.yaml")
    return load(folder / "scorecard.yaml", {})


@contextlib.contextmanager
def stored(acme: Company, folder: Path) -> Iterator[Store]:
    """A store with all that happened at Acme, read from files; `folder/scorecard.yaml` is the configuration."""
    configuration.write(folder, acme.now, services(len(acme.services)))
    files.write(acme, folder / "data")
    names = sorted(path.name for path in (folder / "data").iterdir())
    begins = iso(acme.starts_at - 40 * DAY)[:10]
    lines = (f'{name}: {{type: files, path: "data/{name}/*.csv", covers_from: {begins}}}' for name in names)
    (folder / "sources.yaml").write_text("\n".join(lines), "utf-8")
    loaded = load(folder / "scorecard.yaml", {})
    with contextlib.closing(open_store(loaded.store)) as store:
        store.dimensions(loaded.dimensions)
        for name, options in loaded.sources.items():
            _read(store, options.build(name, str(folder)), datetime.fromtimestamp(acme.now, UTC))
        store.link()
        yield store


def _read(store: Store, source: Source, at: datetime) -> None:
    def write(deliveries: list[tuple[str, Batch]]) -> None:
        store.write(source.name, *deliveries)

    Poll(source, {}, write, now=lambda: at).run()


def main() -> None:
    """Write the reviews to a folder."""
    parser = argparse.ArgumentParser(prog="python -m examples.acme.reviews", description=__doc__)
    parser.add_argument("folder", type=Path, help="where they are written, such as docs/examples")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as work, stored(company(now=NOW), Path(work)) as store:
        for name, text in documents(store, Path(work)):
            (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
