"""YAML as people expect it: what is written is what is read."""

import pytest

from scorecard_exporter.config import load
from scorecard_exporter.config.document import Place
from scorecard_exporter.config.yaml import read
from scorecard_exporter.errors import ConfigurationError

TEXTS = ["1/2w", "5%", "2d", "1:30", "017", "0x1F", "1_000", "1e3", "2026-01-01", "yes", "no", "on", "v1.0", "1.0", "="]


@pytest.mark.parametrize("text", TEXTS)
def test_scalars_stay_texts(text, tmp_path):
    """No rate becomes a division, no version a number, no time a number to the base of sixty."""
    path = tmp_path / "some.yaml"
    path.write_text(f"- {text}\n- [{text}]\n- '{text}'\n")
    assert read(path, {}).data == [text, [text], text]


def test_nothing_is_nothing(tmp_path):
    """An empty value is none; an empty text is one."""
    path = tmp_path / "some.yaml"
    path.write_text("a:\nb: ~\nc: ''\n")
    assert read(path, {}).data == {"a": None, "b": None, "c": ""}


def test_places(tmp_path):
    """Every key and value knows where it begins, in its own file."""
    inner = tmp_path / "inner.yaml"
    inner.write_text("# comment\nname: [one, two]\n")
    path = tmp_path / "some.yaml"
    path.write_text("a: !include inner.yaml\n")
    document = read(path, {})
    assert document.keys["a",] == Place(str(path), 1, 1)
    assert document.keys["a", "name"] == Place(str(inner), 2, 1)
    assert document.values["a", "name", 1] == Place(str(inner), 2, 13)


def test_includes_are_meant_from_their_file(tmp_path):
    """A file in a folder includes and reads its neighbours."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "teams.yaml").write_text("shop: !include shop.yaml\n")
    (tmp_path / "parts" / "shop.yaml").write_text("{owner: !file owner.txt}\n")
    (tmp_path / "parts" / "owner.txt").write_text("shop@acme.example\n")
    path = tmp_path / "scorecard.yaml"
    path.write_text("teams: !include parts/teams.yaml\n")
    assert load(path, {}).teams["shop"].owner == "shop@acme.example"


def test_the_same_file_may_be_included_twice(tmp_path):
    """Only a file within itself is a mistake."""
    (tmp_path / "team.yaml").write_text("{owner: shop@acme.example}\n")
    path = tmp_path / "some.yaml"
    path.write_text("a: !include team.yaml\nb: !include team.yaml\n")
    assert read(path, {}).data == {"a": {"owner": "shop@acme.example"}, "b": {"owner": "shop@acme.example"}}


def test_anchors_and_merges(tmp_path):
    """What is said once can be used again; own keys win over merged ones, earlier merges over later."""
    path = tmp_path / "some.yaml"
    path.write_text("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\nc: {<<: [*a, *b], x: 5}\nd: *a\n")
    data = read(path, {}).data
    assert data["c"] == {"x": "5", "y": "2", "z": "4"}
    assert data["d"] == data["a"]


def test_a_byte_order_mark_is_harmless(tmp_path):
    """Some editors write one."""
    path = tmp_path / "some.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b\r\n")
    assert read(path, {}).data == {"a": "b"}


DENSE = "".join(f"k{n}: &k{n} [{', '.join([f'*k{n - 1}'] * 10)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"k0: &k0 [x]\n{DENSE}", "more than 500,000 values"),
        (f"a: {'[' * 2000}{']' * 2000}\n", "more than 50 levels"),
    ],
    ids=["a few lines of aliases that stand for millions of values", "brackets in brackets"],
)
def test_what_would_fill_the_memory_is_a_mistake(text, message, tmp_path):
    """No configuration is like that, and none may take the exporter down at a reload."""
    path = tmp_path / "some.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=message) as caught:
        load(path, {})
    assert len(caught.value.mistakes) == 1
