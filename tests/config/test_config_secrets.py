"""A secret never appears in an error, the document or a repr: a canary proves it."""

from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from scorecard_exporter.config import load
from scorecard_exporter.config.document import SECRET
from scorecard_exporter.config.resolve import secrets_in
from scorecard_exporter.config.yaml import read
from scorecard_exporter.errors import ConfigurationError

CANARY = "canary 7f3a9c\n'quoted'"
PLACES = [
    "timezone: {}",
    "store: {}",
    "evaluation_interval: {}",
    "exposition: {{parts: {}}}",
    "sources: {{code: {{type: {}}}}}",
    "sources: {{code: {{type: git, path: ., interval: {}}}}}",
    "sources: {{code: {{type: git, path: ., url: {}}}}}",
    "sources: {{code: {{type: git, repositories: {}}}}}",
    "sources: {{code: {{type: files, path: ., kind: {}}}}}",
    "sources: {{code: {{type: files, path: ., timezone: {}}}}}",
    "sources: {{code: {{type: files, path: ., covers_from: {}}}}}",
    "teams: {{shop: {{parent: {}}}}}",
    "teams: {{shop: {{services: [{}]}}}}",
    "teams: {}",
    "services: {{shop: {{changes: {}}}}}",
    "services: {{shop: {{deployments: {}}}}}",
    "services: {{shop: {{incidents: [{}]}}}}",
    "series: {{cost: {{unit: {}}}}}",
    "series: {{cost: {{unit: eur, rollup: {}}}}}",
    "series: {{cost: {{unit: eur, from: {}}}}}",
    "series: {{cost: {{unit: eur, subjects: {}}}}}",
    "scorecards: {{main: {{teams: [{}]}}}}",
    "initiatives: {{tests: {{for: {}}}}}",
    "initiatives: {{tests: {{for: [], due: {}}}}}",
    "initiatives: {{tests: {{for: [], done: {}}}}}",
]
MEASURE_KEYS = (
    "measure",
    "statistic",
    "window",
    "min_samples",
    "weight",
    "critical",
    "severity",
    "better",
    "unit",
    "goal",
    "red",
    "worst",
    "series",
    "expression",
    "schedule",
)
MEASURES = [
    f"teams: {{{{shop: }}}}\nscorecards: {{{{main: {{{{perspectives: {{{{a: {{{{objectives: {{{{b: {{{{measures: "
    f"{{{{lead_time_for_changes: {{{{{key}: {{}}}}}}}}}}}}}}}}}}}}}}}}}}}}}}"
    for key in MEASURE_KEYS
]


def leaks(text):
    """Whether any word of the canary is in `text`."""
    return any(word in text for word in ("canary", "7f3a9c", "quoted"))


@pytest.mark.parametrize("tag", ["!env CANARY", "!file token.txt"])
@pytest.mark.parametrize("place", [*PLACES, *MEASURES])
def test_no_secret_in_a_mistake(place, tag, tmp_path):
    """Whatever key is given a secret by mistake, the message names the tag and not the text."""
    (tmp_path / "token.txt").write_text(CANARY + "\n")
    path = tmp_path / "scorecard.yaml"
    path.write_text(place.format(tag) + "\n")
    with pytest.raises(ConfigurationError) as caught:
        load(path, {"CANARY": CANARY})
    assert not leaks(str(caught.value))
    assert not leaks(repr(caught.value))
    assert not leaks(repr(caught.value.mistakes))


SLIPS = [
    ("password: *canary-7f3a9c", "an alias that nobody meant"),
    ("password: !canary-7f3a9c", "a tag that nobody meant"),
    ("password: !canary!7f3a9c x", "a tag with a handle"),
    ("store: https://canary:7f3a9c@db.acme.example/scorecard", "a URL with a password where none belongs"),
    ("store: https://me:canary/7f3a9c@db.acme.example/scorecard", "a password with a slash in it"),
    ("store: https://me:canary@7f3a9c@db.acme.example/scorecard", "a password with an at sign in it"),
]


@pytest.mark.parametrize(("text", "why"), SLIPS, ids=[row[1] for row in SLIPS])
def test_no_password_without_quotes_in_a_mistake(text, why, tmp_path):
    """A password that YAML takes for something else is not repeated."""
    path = tmp_path / "scorecard.yaml"
    path.write_text(text + "\n")
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    assert not leaks(str(caught.value).replace(str(tmp_path), "")), why


VALID = """\
# canary 7f3a9c in a comment
sources:
  code: {type: git, path: !env CANARY, url: "https://canary:7f3a9c@git.acme.example/{sha}"}
  data: {type: files, path: !file token.txt}
teams: !include teams.yaml
"""


def test_no_secret_in_a_valid_configuration(tmp_path):
    """The document shows tags as written and no user or password; neither does the repr."""
    (tmp_path / "token.txt").write_text(CANARY)
    (tmp_path / "teams.yaml").write_text("shop: {owner: !env CANARY}\n")
    path = tmp_path / "scorecard.yaml"
    path.write_text(VALID)
    configuration = load(path, {"CANARY": "canary 7f3a9c"})
    assert not leaks(configuration.document)
    assert not leaks(repr(configuration).replace(str(tmp_path), ""))
    for shown in ("!env 'CANARY'", "!file 'token.txt'", "!include 'teams.yaml'", f"https://{SECRET}@git.acme.example"):
        assert shown in configuration.document


class Login(BaseModel):
    """Options with secrets at several depths."""

    user: str
    token: SecretStr
    headers: dict[str, SecretStr]
    keys: list[SecretStr]


def test_literal_secrets_are_redacted(tmp_path):
    """What a source declares as a secret is hidden where it was written down."""
    path = tmp_path / "scorecard.yaml"
    path.write_text("login: {user: me, token: canary, headers: {auth: 7f3a9c}, keys: ['quoted', !env KEY]}\n")
    document = read(path, {"KEY": "canary"})
    login = Login.model_validate(document.data["login"])
    assert document.redacted(secrets_in(login, ("login",))) == (
        f"login: {{user: me, token: {SECRET}, headers: {{auth: {SECRET}}}, keys: [{SECRET}, !env 'KEY']}}\n"
    )


def test_a_file_ends_without_its_line_break(tmp_path):
    """Editors add a line break that no token has."""
    (tmp_path / "zone.txt").write_text("Europe/Berlin\r\n")
    path = tmp_path / "scorecard.yaml"
    path.write_text("timezone: !file zone.txt\n")
    assert load(Path(path), {}).zone.key == "Europe/Berlin"
