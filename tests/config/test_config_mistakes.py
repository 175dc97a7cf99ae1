"""Every rule of the configuration has a file that breaks it, with the exact message beside it."""

from contextlib import suppress
from copy import deepcopy
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from scorecard_exporter.config import load
from scorecard_exporter.errors import ConfigurationError

FOLDER = Path(__file__).resolve().parent.parent / "testdata" / "config"
BAD = sorted(path.name.removesuffix(".bad.yml") for path in FOLDER.glob("*.bad.yml"))
ENVIRONMENT = {"CANARY": "canary-7f3a9c", "EMPTY": ""}


@pytest.mark.parametrize("name", BAD)
def test_message(name, monkeypatch):
    """All mistakes of a file are reported at once: where, what, what is allowed, what was meant perhaps."""
    monkeypatch.chdir(FOLDER)
    with pytest.raises(ConfigurationError) as caught:
        load(Path(f"{name}.bad.yml"), ENVIRONMENT)
    assert str(caught.value) + "\n" == (FOLDER / f"{name}.bad.txt").read_text(encoding="utf-8")


def test_every_bad_file_is_a_case():
    """No file lies about that no test reads, and the table is not empty by a slip of the path."""
    assert {path.name for path in FOLDER.glob("*.bad.txt")} == {f"{name}.bad.txt" for name in BAD}
    assert len(BAD) > 100


def test_a_file_that_is_missing(tmp_path):
    """The file itself is the first thing that may be wrong."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml cannot be read: No such file"):
        load(tmp_path / "nowhere.yaml", {})


def test_a_mistake_is_data(tmp_path):
    """Programs read file, line, column and path without parsing the sentence."""
    path = tmp_path / "scorecard.yaml"
    path.write_text("teams:\n  shop: {ownr: me}\n")
    with pytest.raises(ConfigurationError) as caught:
        load(path, {})
    (mistake,) = caught.value.mistakes
    assert (mistake.file, mistake.line, mistake.column, mistake.path) == (str(path), 2, 10, "teams.shop.ownr")


def places(data, above=()):
    """Every place in a document, as the keys and positions that lead to it."""
    inner = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inner:
        yield (*above, key)
        yield from places(value, (*above, key))


REFERENCE = FOLDER.parents[2] / "examples" / "reference.yaml"
EXAMPLE = yaml.load(REFERENCE.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506 - texts only
JUNK = [None, "x", "{}", ["x", None], {"x": {"y": "z"}}, [], {}]


@settings(deadline=None, max_examples=100)
@given(place=st.sampled_from(list(places(EXAMPLE))), junk=st.sampled_from(JUNK))
def test_junk_is_a_mistake_or_nothing(tmp_path_factory, place, junk):
    """Whatever stands in whichever place, the answer is a configuration or a list of mistakes."""
    document = part = deepcopy(EXAMPLE)
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = junk
    path = tmp_path_factory.getbasetemp() / "junk.yaml"
    path.write_text(yaml.safe_dump(document))
    with suppress(ConfigurationError):
        assert load(path, {}).path == path
