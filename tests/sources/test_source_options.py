"""The keys of each type of source: what is allowed, and what is said about the rest."""

import pytest
from pydantic import ValidationError

from scorecard_exporter.sources.base import SourceOptions
from scorecard_exporter.sources.registry import TYPES


def options(**written):
    return TYPES[written["type"]].model_validate(written)


@pytest.mark.parametrize(("name", "options_type"), TYPES.items())
def test_every_type_of_source_describes_its_keys(name, options_type):
    assert issubclass(options_type, SourceOptions)
    assert options_type.model_json_schema()["properties"]["type"]["const"] == name
    fields = {field: info for field, info in options_type.model_fields.items() if field != "type"}
    assert [field for field, info in fields.items() if not info.description] == []


@pytest.mark.parametrize(
    ("written", "seconds"), [({}, 300), ({"interval": "1h"}, 3600)], ids=["default of five minutes", "an hour"]
)
def test_the_interval_is_in_seconds(written, seconds):
    assert options(type="git", path="shop", **written).build("code", "/").interval == seconds


@pytest.mark.parametrize(
    ("written", "origins"),
    [
        ({"path": "/srv/git/shop.git"}, ("code:shop",)),
        ({"path": "../shop/"}, ("code:shop",)),
        ({"path": "/srv/shop/.git"}, ("code:shop",)),
        ({"repositories": {"acme/shop": "a", "catalog": "."}}, ("code:acme/shop", "code:catalog")),
    ],
    ids=str,
)
def test_the_origins_of_git_are_known_before_it_is_read(written, origins):
    assert options(type="git", **written).origins("code") == origins


def test_the_origins_of_files_are_known_only_once_they_are_read():
    assert options(type="files", path="*.csv").origins("shop") is None


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"type": "git"}, "give either `path: PATH` or `repositories: {THING: PATH}`"),
        ({"type": "git", "path": "a", "repositories": {"b": "b"}}, "give either `path: PATH` or `repositories"),
        ({"type": "git", "repositories": {}}, "at least 1 item"),
        ({"type": "git", "repositories": {"a:b": "c"}}, "should match pattern"),
        ({"type": "git", "path": "."}, "the path '.' ends in no name; write `repositories: {THING: .}`"),
        ({"type": "git", "path": "../.."}, "the path '../..' ends in no name"),
        ({"type": "git", "path": "a", "url": "javascript:{sha}"}, "should match pattern"),
        ({"type": "git", "path": "a", "url": "https://git.example/commit"}, "should match pattern"),
        ({"type": "git", "path": "a", "interval": "0s"}, "is not a duration above zero"),
        ({"type": "git", "path": "a", "brunch": "main"}, "Extra inputs are not permitted"),
        ({"type": "files"}, "Field required"),
        ({"type": "files", "path": []}, "at least 1 item"),
        (
            {"type": "files", "path": "a", "kind": "incidnet"},
            "the kind 'incidnet' is unknown; did you mean 'incident'?",
        ),
        ({"type": "files", "path": "a", "timezone": "Berlin"}, "'Berlin' is not a time zone such as Europe/Berlin"),
        ({"type": "files", "path": "a", "timezone": "../../etc/passwd"}, "is not a time zone"),
        ({"type": "files", "path": "a", "covers_from": "soon"}, "valid date"),
    ],
    ids=str,
)
def test_what_is_wrong_with_the_keys_is_said(written, message):
    with pytest.raises(ValidationError) as caught:
        options(**written)
    assert message in str(caught.value)
