"""Every question of the boards to the plugin, asked of a running exporter as Grafana asks it."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from boards import PLUGIN, marks, queries
from frames import checked, decode

CHOICES = {
    "scorecard_source": "scorecard-datasource",
    "scorecard": "engineering",
    "team": "payments",
    "measure": "lead_time_for_changes",
    "perspective": "business,excellence",
}
"""What a variable is set to; several values are written with commas, as `csv` does."""
ASKED = queries(PLUGIN)
EMPTY = {
    "Left out": "nothing was left out",
    "Way to the number": "told of a measure without a value",
    "Initiatives in full": "none is configured",
}
"""Panels that have nothing to show in this company, and why."""


def filled(target):
    """The target with its variables in place."""
    return re.sub(r"\$\{?(\w+)(?::csv)?\}?", lambda found: CHOICES[found[1]], json.dumps(target))


def ask(grafana, target):
    """The frames that answer over the last 90 days, checked against Grafana's rules."""
    until = datetime.now(UTC)
    raw = filled(target).encode()
    asked = grafana.target(
        target["queryType"], {}, ref=target["refId"], raw=raw, since=until - timedelta(days=90), until=until
    )
    response = grafana.send(asked)[target["refId"]]
    assert not response.error
    return checked([decode(frame) for frame in response.frames])


@pytest.mark.parametrize(("uid", "title", "target"), ASKED, ids=[f"{uid}: {title}" for uid, title, _ in ASKED])
def test_every_query_has_an_answer(grafana, uid, title, target):
    """Frames with rows, or none where this company has nothing to show."""
    del uid
    frames = ask(grafana, target)
    assert frames
    assert any(frame.size for frame in frames) or title in EMPTY


def test_what_is_empty_exists():
    """So that the list does not outlive the panel."""
    assert set(EMPTY) <= {title for _, title, _ in ASKED}


LAYERS = marks(PLUGIN)


@pytest.mark.parametrize(("uid", "name", "layer"), LAYERS, ids=[f"{uid}: {name}" for uid, name, _ in LAYERS])
def test_every_layer_has_an_answer(grafana, uid, name, layer):
    """With the end of each event, without which Grafana draws nothing at all."""
    del uid, name
    (frame,) = ask(grafana, layer["target"])
    assert {"time", "timeEnd", "title"} <= set(frame.names)
    assert frame.size


def test_the_graph_of_a_measure_has_value_goal_and_red_line(grafana):
    """In the unit of the measure."""
    (target,) = [target for _, title, target in ASKED if title == "History, computed"]
    (frame,) = ask(grafana, target)
    titles = [field.title for field in frame.fields[1:]]
    assert titles[1:] == ["Goal", "Red line"]
    assert {field.config["unit"] for field in frame.fields[1:]} == {"s"}


def test_the_map_is_nodes_and_edges(grafana):
    """The frames that the node graph looks for."""
    (target,) = [target for _, title, target in ASKED if title == "Strategy map"]
    assert [frame.name for frame in ask(grafana, target)] == ["nodes", "edges"]
