"""Where links lead, and what a panel says while there is nothing to link to."""

from __future__ import annotations

from grafana.boards import panels

WAITING = (
    "Waiting for the exporter's first numbers. If they do not come: is it scraped, and does its page show a scorecard?"
)

SCORECARD_PAGE = "${exporter}/?scorecard=${scorecard}&team=${team:percentencode}"
MEASURE_PAGE = panels.link(
    "How this number came about",
    "${exporter}/scorecards/${scorecard}/measures/${__field.labels.measure}?team=${team:percentencode}",
)
"""Of a tile or line, whose series has the measure as a label."""

MEASURE_PAGE_OF_ROW = panels.link(
    "How this number came about",
    "${exporter}/scorecards/${scorecard}/measures/${__data.fields.measure}?team=${team:percentencode}",
)
"""Of a row, which has the measure in a hidden column."""
