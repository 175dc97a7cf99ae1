"""What every board has: its address, its links to the others, and that it is not edited."""

from __future__ import annotations

from dataclasses import dataclass

from grafana.boards import pages
from grafana.boards.look import Json

SCHEMA_VERSION = 41


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board: `variables` in the order in which they are chosen, `begins` how far back it looks at first."""

    uid: str
    description: str
    variables: list[Json]
    panels: list[Json]
    begins: str = "now-30d"
    refresh: str = "1m"
    annotations: tuple[Json, ...] = ()
    links: tuple[Json, ...] = ()

    def document(self) -> Json:
        """The board as Grafana reads it from a file."""
        return {
            "uid": self.uid,
            "title": pages.TITLES[self.uid],
            "description": self.description,
            "tags": ["scorecard"],
            "schemaVersion": SCHEMA_VERSION,
            "version": 1,
            "editable": False,
            "graphTooltip": 1,
            "timezone": "browser",
            "time": {"from": self.begins, "to": "now"},
            "refresh": self.refresh,
            "fiscalYearStartMonth": 0,
            "annotations": {"list": list(self.annotations)},
            "links": [*pages.top(of=self.uid, kept=self._kept()), *self.links],
            "templating": {"list": self.variables},
            "panels": self.panels,
        }

    def _kept(self) -> dict[str, str]:
        """The variables that name one thing, as they stand in an address."""
        return {one["name"]: f"${{{one['name']}:queryparam}}" for one in self.variables if not one.get("multi")}
