"""What a board must be so that Grafana reads it from a file, and people read it from a wall."""

import json
import re
import subprocess
import sys
from itertools import combinations, pairwise

import pytest
import yaml

from boards import BOARDS, FOLDER, PLUGIN, everything, inside, panels, variables
from scorecard_exporter import names

UIDS = {
    "scorecard",
    "scorecard-teams",
    "scorecard-measure",
    "scorecard-delivery",
    "scorecard-strategy",
    "scorecard-review",
    "scorecard-exporter",
}
CORE = {"stat", "table", "state-timeline", "timeseries", "barchart", "bargauge", "nodeGraph", "text"}
BUILT_IN = {"__all", "__range", "__interval", "__rate_interval", "__field", "__data", "__url_time_range"}
SOURCES = {"prometheus": "${datasource}", PLUGIN: "${scorecard_source}"}
EVERY = [(uid, panel) for uid, board in BOARDS.items() for panel in panels(board)]

every_board = pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
every_panel = pytest.mark.parametrize(("uid", "panel"), EVERY, ids=[f"{uid}: {panel['title']}" for uid, panel in EVERY])


def shown(panel):
    """Whether it shows numbers or texts from a data source, rather than words of its own."""
    return panel["type"] != "text"


def thresholds(board):
    return [*inside(board, "steps")]


def settings(board):
    """What fields look like by default and where they differ, as (property, value)."""
    for panel in filter(shown, panels(board)):
        yield from panel["fieldConfig"]["defaults"].items()
        for one in panel["fieldConfig"]["overrides"]:
            yield from ((each["id"], each["value"]) for each in one["properties"])


def mapped():
    """The texts and colours of all value mappings."""
    return [
        option
        for board in BOARDS.values()
        for name, value in settings(board)
        if name == "mappings"
        for one in value
        for option in one["options"].values()
    ]


def links(board):
    """Every link that is found in a panel."""
    found = [link for panel in panels(board) for some in inside(panel, "links") for link in some]
    return found + [link for name, value in settings(board) if name == "links" for link in value]


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


def test_the_boards_are_what_the_code_writes(checkout, tmp_path):
    """Where this fails: `make generate`."""
    subprocess.run([sys.executable, "-m", "grafana.boards.write", tmp_path], cwd=checkout, check=True)
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    assert written == {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "dashboards").iterdir()}


def test_there_are_the_seven():
    """Each in the file of its uid, since links and bookmarks lead there."""
    assert set(BOARDS) == UIDS
    assert all(board["uid"] == name for name, board in BOARDS.items())
    assert len({board["title"] for board in BOARDS.values()}) == len(UIDS)


@every_board
def test_every_metric_exists(board):
    """A name that nobody exposes would be an empty panel. The data source's own variable is no metric."""
    exposed = {family.name for family in (*names.SNAPSHOT_FAMILIES, *names.SELF_FAMILIES)}
    asked = " ".join(inside(board, "expr")) + " ".join(inside(board, "definition"))
    used = set(re.findall(r"\bscorecard_\w+", asked))
    assert used
    assert used <= exposed


@every_board
def test_it_is_read_from_a_file(board):
    """The classic schema, addressed by its uid, not edited where the next file would overwrite it."""
    assert board["schemaVersion"] <= 42
    assert board["editable"] is False
    assert board["title"]
    assert board["description"].endswith(".")
    assert not {"id", "__inputs", "__requires", "spec", "apiVersion"} & set(board)


@every_board
def test_ids_are_unique(board):
    """Grafana addresses a panel by its id, and a query by its letter within the panel."""
    ids = [panel["id"] for panel in everything(board)]
    assert len(ids) == len(set(ids))
    for panel in filter(shown, panels(board)):
        letters = [target["refId"] for target in panel["targets"]]
        assert len(letters) == len(set(letters))


@every_board
def test_every_data_source_is_the_one_chosen(board):
    """An object, never a name, and everywhere the variable; that of the plugin only where the board offers it."""
    sources = [*inside(board, "datasource")]
    assert len(sources) > len(panels(board))
    for source in sources:
        assert source == {"type": source["type"], "uid": SOURCES[source["type"]]}
    uses_plugin = any(source["type"] == PLUGIN for source in sources)
    assert uses_plugin == ("scorecard_source" in variables(board))


@every_panel
def test_every_panel_says_what_it_shows(uid, panel):
    """A core panel with a title, a sentence on how to read it, a unit, and words for when there is nothing."""
    del uid
    assert panel["type"] in CORE
    assert panel["title"]
    assert panel["description"].endswith(".")
    if shown(panel):
        assert panel["fieldConfig"]["defaults"]["unit"]
        assert panel["fieldConfig"]["defaults"]["noValue"].endswith((".", "?", "\N{EN DASH}"))


@every_panel
def test_rows_of_several_queries_are_joined_by_a_label(uid, panel):
    """Merged, an empty table would be a heading over nothing in place of the words for it."""
    del uid
    if panel["type"] == "table" and len(panel["targets"]) > 1:
        steps = {one["id"]: one["options"] for one in panel["transformations"]}
        assert "merge" not in steps
        assert steps["joinByField"]["mode"] == "outer"
        assert steps["joinByField"]["byField"] in steps["filterFieldsByName"]["include"]["names"]


@every_panel
def test_a_panel_of_the_plugin_asks_only_the_plugin(uid, panel):
    """So that it alone is missed where the plugin is not installed."""
    del uid
    if shown(panel):
        assert {target["datasource"]["type"] for target in panel["targets"]} == {panel["datasource"]["type"]}


@every_board
def test_what_needs_the_plugin_is_said(board):
    """Before the first panel that asks it, in words: what it is for, and that all else works without."""
    asking = [panel for panel in panels(board) if panel.get("datasource", {}).get("type") == PLUGIN]
    said = [panel for panel in panels(board) if panel["type"] == "text" and PLUGIN in panel["options"]["content"]]
    assert bool(asking) == bool(said)
    if asking:
        assert said[0]["id"] < asking[0]["id"]


def test_boards_of_prometheus_alone_ask_nothing_else_before_a_row_is_opened():
    """The scorecard, teams, delivery and the exporter not at all; a measure and a review in a row that is closed."""
    for uid, board in BOARDS.items():
        open_ones = {panel["datasource"]["type"] for panel in board["panels"] if panel["type"] not in {"row", "text"}}
        assert open_ones == ({"prometheus", PLUGIN} if uid == "scorecard-strategy" else {"prometheus"}), uid


@every_board
def test_every_variable_in_use_is_defined(board):
    """Grafana leaves an unknown one as text, and one that nothing uses is a choice without effect."""
    text = json.dumps([board["panels"], board["links"], board["templating"], board["annotations"]])
    used = set(re.findall(r"\$\{?([a-z_]+)", text)) - BUILT_IN
    assert used == set(variables(board))


VARIABLES = [(uid, name) for uid, board in BOARDS.items() for name in variables(board)]


@pytest.mark.parametrize(("uid", "name"), VARIABLES)
def test_every_variable_says_what_it_is(uid, name):
    """A label and a sentence; a query on one line, as Grafana's pattern for it wants."""
    variable = variables(BOARDS[uid])[name]
    assert variable["label"]
    assert variable["description"].endswith(".")
    if variable["type"] == "query":
        assert re.fullmatch(r"query_result\(.+\)", variable["query"]["query"])
        assert variable["definition"] == variable["query"]["query"]


def test_boards_are_about_what_is_chosen():
    """A data source, a scorecard and a team; the exporter's own board is about all of them."""
    for uid, board in BOARDS.items():
        always = {"datasource"} if uid == "scorecard-exporter" else {"datasource", "scorecard", "team"}
        assert always <= set(variables(board)), uid


@every_board
def test_panels_fill_the_grid_and_do_not_overlap(board):
    """24 columns; what is repeated has its shelf to itself; what stands in a closed row begins below it."""
    for row in board["panels"]:
        lie_apart(row.get("panels", ()))
        assert all(one["gridPos"]["y"] > row["gridPos"]["y"] for one in row.get("panels", ()))
    lie_apart(board["panels"])


def lie_apart(several):
    places = [(panel["gridPos"], "repeat" in panel) for panel in several]
    for place, is_repeated in places:
        assert 0 <= place["x"] < place["x"] + place["w"] <= 24
        assert not is_repeated or place["w"] == 24
    for (one, _), (other, _) in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


def test_a_closed_row_is_the_last():
    """Grafana lays what follows it over its panels when it is opened."""
    for board in BOARDS.values():
        closed = [panel for panel in board["panels"] if panel.get("collapsed")]
        assert closed == board["panels"][len(board["panels"]) - len(closed) :]


def test_perspectives_stand_side_by_side():
    """Verdict, measures and past of any number of them, below each other in the same order."""
    repeated = [panel for panel in panels(BOARDS["scorecard"]) if "repeat" in panel]
    assert len(repeated) == 3
    for panel in repeated:
        assert (panel["repeat"], panel["repeatDirection"], panel["maxPerRow"]) == ("perspective", "h", 6)


@every_board
def test_thresholds_begin_at_the_lowest_and_rise(board):
    """The first step has no value; Grafana takes the others in the order in which they are written."""
    for steps in thresholds(board):
        first, *rising = [step["value"] for step in steps]
        assert first is None
        assert all(lower < higher for lower, higher in pairwise(rising))


@pytest.mark.parametrize(
    ("score", "color"),
    [(0, "red"), (33.3, "red"), (100 / 3, "yellow"), (66.6, "yellow"), (200 / 3 - 1e-9, "green"), (100, "green")],
)
def test_a_score_has_the_colour_that_the_exporter_gives_it(score, color):
    """Green from two thirds on and red below one third, each with a billionth to spare; the same on every board."""
    colors = {"red": "#CB3527", "yellow": "#F2CC0C", "green": "#187A40"}
    every = [steps for board in BOARDS.values() for steps in thresholds(board)]
    scored = [steps for steps in every if [step["value"] for step in steps][:2] == [None, 0] and len(steps) == 4]
    scored = [steps for steps in scored if steps[2]["value"] > 1]
    assert len(scored) > len(BOARDS)
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


@every_board
def test_links_lead_to_the_exporter_or_to_a_board(board):
    """The exporter's pages in a tab of their own, so that the wall keeps its board; boards in place."""
    for link in links(board):
        assert link["title"]
        if link["targetBlank"]:
            assert link["url"].startswith("${exporter}/")
            assert "team=${team:percentencode}" in link["url"]
        else:
            assert re.match(r"/d/([a-z-]+)\?", link["url"])[1] in UIDS


@every_board
def test_links_between_boards_keep_what_is_chosen_and_the_time(board):
    """Each variable of an address is one of the board that it leads to; those at the top keep the time by a switch."""
    for link in (*links(board), *board["links"]):
        if not link["url"].startswith("/d/"):
            continue
        uid, _, query = link["url"].removeprefix("/d/").partition("?")
        kept = set(re.findall(r"\$\{(\w+):queryparam\}|var-(\w+)=", query))
        kept = {name for pair in kept for name in pair if name}
        assert kept <= set(variables(BOARDS[uid]))
        assert "datasource" in kept
        assert ("scorecard" in kept) == ({"scorecard"} <= set(variables(board)) & set(variables(BOARDS[uid])))
        assert link.get("keepTime") or "${__url_time_range}" in query


@every_board
def test_every_board_leads_to_every_other(board):
    """At the top."""
    led = {link["url"].removeprefix("/d/").partition("?")[0] for link in board["links"] if link["url"][0] == "/"}
    assert led == UIDS - {board["uid"]}


def test_the_scorecard_leads_down():
    """To the measures, the objectives, and from the teams' table to a team's scorecard and measure."""
    led = {uid: {link["url"].partition("?")[0] for link in links(board)} for uid, board in BOARDS.items()}
    assert {"/d/scorecard-measure", "/d/scorecard-strategy"} <= led["scorecard"]
    assert {"/d/scorecard", "/d/scorecard-measure"} <= led["scorecard-teams"]
    assert "/d/scorecard-measure" in led["scorecard-strategy"]


@every_board
def test_marks_have_a_colour_that_no_status_has(board):
    """Green, yellow and red lines would say something."""
    statuses = {option["color"] for option in mapped() if "color" in option}
    for layer in board["annotations"]["list"]:
        assert layer["iconColor"] not in statuses
        assert layer["name"]


@every_board
def test_every_board_is_documented(checkout, board):
    """With its address, a heading, and each of its variables."""
    text = (checkout / "docs/boards.md").read_text(encoding="utf-8")
    assert f"`/d/{board['uid']}`" in text
    assert f"\n## {board['title']}\n" in text
    assert [name for name, one in variables(board).items() if not one["hide"] and f"| `{name}` |" not in text] == []


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("provisioning/**/*.y*ml")), ids=lambda path: path.name)
def test_what_is_provisioned_is_read(path):
    """YAML of the first version of Grafana's provisioning."""
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["apiVersion"] == 1


def test_the_provisioned_data_source_is_what_the_boards_begin_with():
    """Its uid is fixed, so that it is found again in every installation."""
    (source,) = [
        one
        for one in yaml.safe_load((FOLDER / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
        if one["type"] == "prometheus"
    ]
    assert (source["access"], source["editable"]) == ("proxy", False)
    for board in BOARDS.values():
        variable = variables(board)["datasource"]
        assert variable["query"] == source["type"]
        assert variable["current"]["value"] == source["uid"] == "scorecard-prometheus"


def test_the_provider_keeps_boards_as_they_were_written():
    """What is changed in the browser would be lost with the next file."""
    (provider,) = yaml.safe_load((FOLDER / "provisioning/dashboards/scorecard.yml").read_text())["providers"]
    assert provider["type"] == "file"
    assert provider["allowUiUpdates"] is False
    assert provider["disableDeletion"] is True
