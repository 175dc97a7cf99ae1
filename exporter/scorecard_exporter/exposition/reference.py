"""The reference of metrics, written from the table of names: `python -m scorecard_exporter.exposition.reference`."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scorecard_exporter import names

PAGE = Path("docs/metrics.md")

_OPENING = """# Metrics

Written from the code by `make generate`; change `names.py`, not this page.

`/metrics` answers in the Prometheus text format 0.0.4 or, where asked, in OpenMetrics 1.0, compressed where
accepted. `/metrics?scorecard=ID` serves one scorecard. The series about a scorecard are those of the last
evaluation, which the exporter makes on its own timer: a scrape computes nothing. What has no value has no series;
a zero is a zero. Sources, evaluations and the process are described by the series of the second table, which end
every answer.

Join on `scorecard, team, measure`, and wrap an `_info` family in `max by`, since its other labels are texts that
may change:

```promql
scorecard_measure_value
  * on (scorecard, team, measure) group_left (title, owner)
    max by (scorecard, team, measure, title, owner) (scorecard_measure_info)
```
"""


def reference() -> str:
    """The page as Markdown: every family and every label."""
    tables = (
        _OPENING,
        "## About the scorecard\n",
        *_families(names.SNAPSHOT_FAMILIES),
        "\n## About the exporter\n",
        *_families(names.SELF_FAMILIES),
        "\nThe process itself is described by the usual `process_*` and `python_info`.\n",
        "\n## Labels\n",
        *_table(("label", "values"), ((f"`{name}`", meaning) for name, meaning in names.LABELS.items())),
    )
    return "\n".join(tables).replace("\n\n\n", "\n\n")


def _families(families: Iterable[names.Family]) -> list[str]:
    rows = (
        (f"`{family.name}`", family.type, f"`{', '.join(family.labels)}`" if family.labels else "", family.meaning)
        for family in families
    )
    return _table(("family", "type", "labels", "meaning"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ("---",) * len(heads), *rows)]


if __name__ == "__main__":
    PAGE.write_text(reference(), encoding="utf-8")
