"""The example with every key, the reference and the schema for editors are complete and current."""

import json
import re
from datetime import UTC, datetime

import jsonschema
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from scorecard_exporter.config import advise, json_schema, load
from scorecard_exporter.config.lint.advice import heeded
from scorecard_exporter.config.reference import reference
from scorecard_exporter.quantities import instant


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: dates are texts, and only true and false are booleans."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - PyYAML's own way


for tag, pattern, first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?\d+", list("-0123456789")),
    ("float", r"-?\d+\.\d+", list("-0123456789")),
):
    EditorLoader.add_implicit_resolver(f"tag:yaml.org,2002:{tag}", yaml.resolver.re.compile(f"^(?:{pattern})$"), first)


for tag in ("!env", "!file"):
    EditorLoader.add_constructor(tag, yaml.SafeLoader.construct_scalar)


@pytest.fixture(scope="module")
def environ(checkout):
    """Every variable that the example names; the key of an App must be one."""
    names = re.findall(r"!env (\w+)", (checkout / "examples" / "reference.yaml").read_text(encoding="utf-8"))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    return {name: key.decode() if name.endswith("_KEY") else "whsec_c2VjcmV0c2VjcmV0c2VjcmV0" for name in names}


@pytest.fixture
def example(checkout):
    return checkout / "examples" / "reference.yaml"


@pytest.fixture
def data(example):
    return yaml.load(example.read_text(encoding="utf-8"), Loader=EditorLoader)  # noqa: S506 - a SafeLoader


def keys(schema, root):
    """Every key that may be written anywhere, as (shape, key)."""
    seen, pending = set(), [("", root)]
    for shape, part in pending:
        for key, field in part.get("properties", {}).items():
            if (shape, key) not in seen:
                seen.add((shape, key))
                pending += [(name, schema["$defs"][name]) for name in references(field)]
    return seen


def references(part):
    if isinstance(part, dict):
        own = [part["$ref"].removeprefix("#/$defs/")] if "$ref" in part else []
        return own + [name for inner in part.values() for name in references(inner)]
    return [name for inner in part for name in references(inner)] if isinstance(part, list) else []


def written(schema, part, data):
    """The keys that `data` really uses, as (shape, key): the schema is walked along the data."""
    if isinstance(data, list):
        return set().union(*(written(schema, form, item) for form in forms(schema, part, "items") for item in data))
    if not isinstance(data, dict):
        return set()
    found = set()
    for name, shape in shapes(schema, part):
        for key, value in data.items():
            field = shape.get("properties", {}).get(key)
            if field is not None:
                found |= {(name, key)} | written(schema, field, value)
            for field in shape.get("patternProperties", {}).values():
                found |= written(schema, field, value)
    return found


def shapes(schema, part, name=""):
    """All alternatives of a part of the schema, with the names of their shapes."""
    if "$ref" in part:
        name = part["$ref"].removeprefix("#/$defs/")
        yield from shapes(schema, schema["$defs"][name], name)
    alternatives = [*part.get("anyOf", []), *part.get("oneOf", [])]
    for alternative in alternatives:
        yield from shapes(schema, alternative, name)
    if not alternatives and "$ref" not in part:
        yield name, part


def forms(schema, part, key):
    return [shape[key] for _, shape in shapes(schema, part) if isinstance(shape.get(key), dict)]


def test_the_example_is_valid_and_needs_no_advice(example, environ):
    """It is what people copy from. What it silences, there would be."""
    configuration = load(example, environ)
    wanted, silenced = heeded(advise(configuration, instant(datetime(2026, 11, 1, tzinfo=UTC))), configuration.silenced)
    assert wanted == ()
    assert all(one.number for one in silenced)


def test_no_key_is_missing_in_the_example(data):
    """Every key of every shape stands in it at least once."""
    schema = json_schema()
    assert keys(schema, schema) - written(schema, schema, data) == set()


def test_every_line_with_a_new_key_is_explained(example):
    """Beside each default in the example stands a comment in brackets; there are many."""
    assert example.read_text(encoding="utf-8").count(" [") > 60


def test_every_key_has_a_description():
    """The reference and editors show it."""
    schema = json_schema()
    shapes = {"": schema, **schema["$defs"]}
    silent = [
        f"{name}.{key}"
        for name, shape in shapes.items()
        for key, field in shape["properties"].items()
        if "description" not in field and key != "type"
    ]
    assert silent == []


def test_the_schema_is_one_and_accepts_the_example(data):
    """Editors check against it what the exporter will accept."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    jsonschema.validate(data, json_schema(), jsonschema.Draft202012Validator)


REFUSED = [
    ({"timezones": "UTC"}, "an unknown key"),
    ({"sources": {"code": {"type": "git", "brunch": "main"}}}, "an unknown key of a source"),
    ({"teams": {"Web Shop": {}}}, "a name with a space"),
    ({"series": {"cost": {}}}, "a key that is missing"),
]


@pytest.mark.parametrize(("document", "why"), REFUSED, ids=[row[1] for row in REFUSED])
def test_the_schema_refuses(document, why):
    """What an editor can find early, it finds."""
    assert not jsonschema.Draft202012Validator(json_schema()).is_valid(document), why


def test_generated_documents_are_current(checkout):
    """`make generate` writes them."""
    docs = checkout / "docs"
    assert (docs / "configuration.md").read_text(encoding="utf-8") == reference()
    assert json.loads((docs / "configuration.schema.json").read_text(encoding="utf-8")) == json_schema()
