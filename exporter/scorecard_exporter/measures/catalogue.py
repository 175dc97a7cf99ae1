"""The table of measures: what exists, its unit, its defaults, its definition and where that is from."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.measures.entries.business import BUSINESS
from scorecard_exporter.measures.entries.capability import CAPABILITY
from scorecard_exporter.measures.entries.custom import CUSTOM
from scorecard_exporter.measures.entries.customers import CUSTOMERS
from scorecard_exporter.measures.entries.delivery import DELIVERY
from scorecard_exporter.measures.entries.flow import FLOW
from scorecard_exporter.measures.entry import Entry

CATALOGUE: Mapping[str, Entry] = {
    entry.id: entry for entry in (*DELIVERY, *FLOW, *CUSTOMERS, *BUSINESS, *CAPABILITY, *CUSTOM)
}
"""Every measure by its id, in the order of the documents."""
