"""The strategy map as a drawing: what is in it, what colours it, and that it is written for the configuration."""

import json

import pytest

from processes import command
from scorecard_exporter.config import load
from scorecard_exporter.grafana.canvas import board

CONFIGURATION = """
store: duckdb:./store.duckdb
teams: {company: {}, payments: {parent: company}}
series: {trained: {unit: count}}
scorecards:
  engineering:
    title: Engineering
    teams: [company, payments]
    perspectives:
      business:
        title: Business value
        objectives:
          growth: {title: Grow, measures: {a: {measure: observation, series: trained, better: higher, goal: 2, red: 1}}}
      excellence:
        objectives:
          speed:
            title: Deliver sooner
            leads_to: [growth]
            measures: {b: {measure: observation, series: trained, better: higher, goal: 2, red: 1}}
          calm: {title: No waiting, leads_to: [speed], measures: {c: {measure: observation, series: trained,
                 better: higher, goal: 2, red: 1}}}
      capability:
        objectives:
          skills: {title: Everybody is trained, leads_to: [speed, growth], measures: {d: {measure: observation,
                   series: trained, better: higher, goal: 2, red: 1}}}
"""
OBJECTIVES = {"growth": "Grow", "speed": "Deliver sooner", "calm": "No waiting", "skills": "Everybody is trained"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strategy")
    (folder / "scorecard.yaml").write_text(CONFIGURATION)
    return folder


@pytest.fixture(scope="module")
def drawn(folder):
    """The board of the scorecard."""
    return board(load(folder / "scorecard.yaml").scorecards["engineering"], "payments")


@pytest.fixture(scope="module")
def elements(drawn):
    """What is drawn, by its name, which has to be its own."""
    several = drawn["panels"][0]["options"]["root"]["elements"]
    found = {one["name"]: one for one in several}
    assert len(found) == len(several)
    return found


def box(element):
    """The sides of an element in percent, from the left and from the top."""
    place = element["placement"]
    return place["left"], 100 - place["right"], place["top"], 100 - place["bottom"]


def test_every_objective_has_a_shape_its_score_and_its_status(elements):
    """Titles stand in it; score and status are series that Prometheus names so."""
    for id_, title in OBJECTIVES.items():
        assert elements[id_]["config"]["text"] == {"mode": "fixed", "fixed": title}
        assert elements[id_]["background"]["color"]["field"] == id_
        assert elements[f"{id_} score"]["config"]["text"]["field"] == f"{id_} score"
        assert elements[f"{id_} status"]["config"]["text"]["field"] == id_


def test_series_are_named_as_the_shapes_expect(drawn):
    """The legend is the name of the field that a shape is bound to."""
    (panel,) = drawn["panels"]
    assert [target["legendFormat"] for target in panel["targets"]] == [
        "{{objective}}",
        "{{objective}} score",
        "{{objective}} text",
    ]
    assert all('scorecard="$scorecard", team="$team"' in target["expr"] for target in panel["targets"])


def test_everything_lies_within_the_panel_and_no_objective_on_another(elements):
    """In percent, so that the drawing grows with the panel."""
    for one in elements.values():
        left, right, top, bottom = box(one)
        assert -0.01 <= left < right <= 100.01
        assert -0.01 <= top < bottom <= 100.01
    tops = [box(elements[id_])[2] for id_ in ("growth", "speed", "calm", "skills")]
    assert tops == sorted(tops)  # effects above their causes
    assert len(set(tops)) == 4


def test_arrows_lead_from_causes_to_effects(elements):
    """In the element of the cause, to an element that exists; from its upper side to the lower side of the effect."""
    arrows = {(name, one["targetName"]): one for name, each in elements.items() for one in each["connections"]}
    assert set(arrows) == {("speed", "growth"), ("calm", "speed"), ("skills", "speed"), ("skills", "growth")}
    for arrow in arrows.values():
        assert (arrow["source"]["y"], arrow["target"]["y"]) == (1, -1)
        assert -1 < arrow["source"]["x"] < 1
        assert -1 < arrow["target"]["x"] < 1


def test_an_arrow_passes_beside_what_stands_between(elements):
    """Skills stand two rows below speed: the arrow bends twice, at the lower and the upper side of the row between."""
    (arrow,) = [one for one in elements["skills"]["connections"] if one["targetName"] == "speed"]
    assert len(arrow["vertices"]) == 2
    source, target = elements["skills"], elements["speed"]
    _, _, begin, _ = box(source)
    _, _, _, end = box(target)
    _, _, top, bottom = box(elements["calm"])
    heights = [begin + (end - begin) * bend["y"] for bend in arrow["vertices"]]
    assert heights == pytest.approx([bottom, top], abs=0.1)


def test_what_is_written_can_be_read_on_every_status(drawn):
    """Black on yellow, white on the others."""
    (panel,) = drawn["panels"]
    shapes, texts = (each["properties"][0]["value"][0]["options"] for each in panel["fieldConfig"]["overrides"])
    looks = {one["color"]: texts[level]["color"] for level, one in shapes.items()}
    assert looks == {"#187A40": "#FFFFFF", "#626B7C": "#FFFFFF", "#F2CC0C": "#202226", "#CB3527": "#FFFFFF"}
    assert {one["text"][0] for one in shapes.values()} == set("✓?!✕")


def test_it_is_a_board_as_the_others_are(drawn):
    """The classic schema, not edited, with a data source that is chosen, and a uid that Grafana takes."""
    assert drawn["schemaVersion"] <= 42
    assert drawn["editable"] is False
    assert drawn["uid"] == "strategy-engineering"
    assert [one["name"] for one in drawn["templating"]["list"]] == ["datasource", "scorecard", "team"]
    assert drawn["templating"]["list"][2]["current"]["value"] == "payments"
    (panel,) = drawn["panels"]
    assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}


def test_the_command_writes_it(folder, drawn):
    """The only scorecard need not be named; the first team is shown if none is named."""
    answer = command(folder, "board", "strategy-map", "--team", "payments")
    assert json.loads(answer.stdout) == drawn
    answer = command(folder, "board", "strategy-map", "--output", "board.json")
    assert answer.stdout == ""
    written = json.loads((folder / "board.json").read_text(encoding="utf-8"))
    assert written["templating"]["list"][2]["current"]["value"] == "company"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--scorecard", "enginering"), "There is no scorecard named 'enginering'. Did you mean 'engineering'?"),
        (("--team", "paymnts"), "There is no team of scorecard engineering named 'paymnts'. Did you mean 'payments'?"),
    ],
)
def test_unknown_names_are_told_with_those_near(folder, arguments, sentence):
    answer = command(folder, "board", "strategy-map", *arguments)
    assert answer.returncode == 2
    assert sentence in answer.stderr
