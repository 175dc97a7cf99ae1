"""What "Save & test" says: what is wrong, or what there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from scorecard_exporter import __version__
from scorecard_exporter.exporter import Exporter
from scorecard_exporter.quantities import when

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Health:
    """Whether the data source answers, a sentence, and the same as data."""

    is_well: bool
    message: str
    details: Json = field(default_factory=dict)


def health(exporter: Exporter, plugin_version: str) -> Health:
    """The state of the exporter, for a plugin of this version (empty: Grafana did not say).

    Sources that fail are told and are no failure of the data source: the last numbers are served. Another version of
    the plugin is one: what it asks may not be what is answered.
    """
    snapshot = exporter.snapshot
    if snapshot is None:
        return Health(is_well=False, message=f"The exporter is starting: {exporter.starting}.")
    ids = sorted({one.scorecard.id for one in snapshot.scorecards})
    details: Json = {
        "version": __version__,
        "pluginVersion": plugin_version,
        "scorecards": ids,
        "evaluatedAt": when(snapshot.at),
        "notices": list(exporter.notices),
    }
    said = [f"Engineering Scorecard {__version__}: {_counted(ids)}, worked out {when(snapshot.at)}."]
    is_other = bool(plugin_version) and plugin_version != __version__
    if is_other:
        said.append(
            f"The plugin in Grafana is version {plugin_version[:40]}, the exporter {__version__}: "
            "install the plugin that came with the exporter."
        )
    said += exporter.notices
    return Health(is_well=not exporter.failure and not is_other, message=" ".join(said), details=details)


def _counted(ids: list[str]) -> str:
    return "1 scorecard" if len(ids) == 1 else f"{len(ids)} scorecards"
