"""What a board must be so that Grafana reads it from a file, and people read it from a wall."""

import json
import re
import subprocess
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import yaml

from scorecard_exporter import names

FOLDER = Path(__file__).parents[2] / "grafana"
BOARD = json.loads((FOLDER / "dashboards/scorecard.json").read_text(encoding="utf-8"))
ROWS = [panel for panel in BOARD["panels"] if panel["type"] == "row"]
PANELS = [panel for panel in BOARD["panels"] if panel["type"] != "row"]
VARIABLES = BOARD["templating"]["list"]
CORE = {"stat", "table", "state-timeline", "timeseries"}
BUILT_IN = {"__all", "__from", "__range", "__field", "__data"}

every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])


def inside(thing, key):
    """Every value that stands under a key, at any depth."""
    if isinstance(thing, dict):
        for name, value in thing.items():
            if name == key:
                yield value
            yield from inside(value, key)
    elif isinstance(thing, list):
        for value in thing:
            yield from inside(value, key)


def thresholds():
    return [*inside(BOARD, "steps")]


def settings():
    """What fields look like by default and where they differ, as (property, value)."""
    for panel in PANELS:
        yield from panel["fieldConfig"]["defaults"].items()
        for one in panel["fieldConfig"]["overrides"]:
            yield from ((each["id"], each["value"]) for each in one["properties"])


def mapped():
    """The texts and colours of all value mappings."""
    return [
        option
        for name, value in settings()
        if name == "mappings"
        for one in value
        for option in one["options"].values()
    ]


def contrast(one, other):
    """The contrast ratio of two colours, as WCAG 2 defines it."""
    darker, lighter = sorted(
        sum(
            weight * linear(int(color[at : at + 2], 16) / 255) for weight, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5))
        )
        for color in (one, other)
    )
    return (lighter + 0.05) / (darker + 0.05)


def linear(channel):
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def text_color(background):
    """What Grafana writes with on a colour: dark where its brightness is above 180."""
    red, green, blue = (int(background[at : at + 2], 16) for at in (1, 3, 5))
    return "#202226" if (red * 299 + green * 587 + blue * 114) / 1000 > 180 else "#F7F8FA"


def test_the_board_is_what_the_code_writes(checkout, tmp_path):
    """Where this fails: `make generate`."""
    subprocess.run([sys.executable, "-m", "grafana.boards.write", tmp_path], cwd=checkout, check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.[jy][sm]*")), ids=lambda path: path.name)
def test_every_metric_exists(path):
    """A name that nobody exposes would be an empty panel."""
    exposed = {family.name for family in (*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES)}
    assert set(re.findall(r"\bscorecard_\w+", path.read_text(encoding="utf-8"))) <= exposed


def test_it_is_read_from_a_file():
    """The classic schema, addressed by its uid, not edited where the next file would overwrite it."""
    assert BOARD["schemaVersion"] <= 42
    assert (BOARD["uid"], BOARD["editable"]) == ("scorecard", False)
    assert BOARD["title"]
    assert not {"id", "__inputs", "__requires", "spec", "apiVersion"} & set(BOARD)


def test_ids_are_unique():
    """Grafana addresses a panel by its id, and a query by its letter within the panel."""
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(ids) == len(set(ids))
    for panel in PANELS:
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters))


def test_every_data_source_is_the_one_chosen():
    """An object, never a name, and everywhere the variable."""
    sources = [*inside(BOARD, "datasource")]
    assert len(sources) > len(PANELS)
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


@every_panel
def test_every_panel_says_what_it_shows(panel):
    """A core panel with a title, a sentence on how to read it, a unit, and words for when there is nothing."""
    assert panel["type"] in CORE
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert panel["fieldConfig"]["defaults"]["noValue"].endswith((".", "?"))


def test_every_variable_in_use_is_defined():
    """Grafana leaves an unknown one as text."""
    text = json.dumps([PANELS, BOARD["links"], VARIABLES])
    used = set(re.findall(r"\$\{?([a-z_]+)", text))
    assert used == {variable["name"] for variable in VARIABLES} | BUILT_IN


@pytest.mark.parametrize("variable", VARIABLES, ids=lambda variable: variable["name"])
def test_every_variable_says_what_it_is(variable):
    """A label and a sentence; a query on one line, as Grafana's pattern for it wants."""
    assert variable["label"]
    assert variable["description"].endswith(".")
    if variable["type"] == "query":
        assert re.fullmatch(r"query_result\(.+\)", variable["query"]["query"])
        assert variable["definition"] == variable["query"]["query"]


def test_panels_fill_the_grid_and_do_not_overlap():
    """24 columns; what is repeated has its shelf to itself."""
    places = [(panel["gridPos"], "repeat" in panel) for panel in BOARD["panels"]]
    for place, is_repeated in places:
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24
        assert not is_repeated or place["w"] == 24
    for (one, _), (other, _) in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


def test_perspectives_stand_side_by_side():
    """Verdict, measures and past of any number of them, below each other in the same order."""
    repeated = [panel for panel in PANELS if "repeat" in panel]
    assert len(repeated) == 3
    for panel in repeated:
        assert (panel["repeat"], panel["repeatDirection"], panel["maxPerRow"]) == ("perspective", "h", 6)


def test_thresholds_begin_at_the_lowest_and_rise():
    """The first step has no value; Grafana takes the others in the order in which they are written."""
    assert thresholds()
    for steps in thresholds():
        first, *rising = [step["value"] for step in steps]
        assert first is None
        assert all(lower < higher for lower, higher in pairwise(rising))


@pytest.mark.parametrize(
    ("score", "color"),
    [(0, "red"), (33.3, "red"), (100 / 3, "yellow"), (66.6, "yellow"), (200 / 3 - 1e-9, "green"), (100, "green")],
)
def test_a_score_has_the_colour_that_the_exporter_gives_it(score, color):
    """Green from two thirds on and red below one third, each with a billionth to spare."""
    colors = {"red": "#CB3527", "yellow": "#F2CC0C", "green": "#187A40"}
    scored = [steps for steps in thresholds() if len(steps) == 4]
    assert scored
    for steps in scored:
        reached = [step["color"] for step in steps if step["value"] is None or step["value"] <= score]
        assert reached[-1] == colors[color]


def test_a_status_is_a_colour_a_sign_and_a_word():
    """So that no one needs to tell green from red; the same everywhere."""
    texts = {(option["text"], option.get("color")) for option in mapped()}
    for status in ("✓ On target", "! At risk", "✕ Off target", "? Not judged"):
        assert len([color for text, color in texts if text == status]) == 1


@pytest.mark.parametrize("color", sorted({option["color"] for option in mapped() if "color" in option}))
def test_what_is_written_on_a_colour_can_be_read(color):
    """At least 4.5 to 1, the bound of WCAG AA for text of any size."""
    assert contrast(color, text_color(color)) >= 4.5


def test_links_lead_to_the_exporter():
    """In a tab of their own, with the team, so that the wall keeps its board."""
    links = [link for found in inside(BOARD, "links") for link in found]
    links += [link for name, value in settings() if name == "links" for link in value]
    assert links
    for link in links:
        assert link["url"].startswith("${exporter}/")
        assert "team=${team:percentencode}" in link["url"]
        assert link["targetBlank"] is True
        assert link["title"]


def test_the_provisioned_data_source_is_what_the_board_begins_with():
    """Its uid is fixed, so that it is found again in every installation."""
    (source,) = yaml.safe_load((FOLDER / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    (variable,) = [variable for variable in VARIABLES if variable["type"] == "datasource"]
    assert (source["type"], source["access"], source["editable"]) == ("prometheus", "proxy", False)
    assert variable["query"] == source["type"]
    assert variable["current"]["value"] == source["uid"] == "scorecard-prometheus"


def test_the_provider_keeps_boards_as_they_were_written():
    """What is changed in the browser would be lost with the next file."""
    (provider,) = yaml.safe_load((FOLDER / "provisioning/dashboards/scorecard.yml").read_text())["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["disableDeletion"] is True
