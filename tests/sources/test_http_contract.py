"""Every source that is read over HTTP keeps the contract, on the system of its own in `tests/support/systems`."""

import importlib
from pathlib import Path

import pytest

from contract.bench import Bench
from contract.checks import CHECKS, survives
from contract.faults import FAULTS
from scorecard_exporter.sources.kit.options import HttpOptions
from scorecard_exporter.sources.registry import TYPES

SYSTEMS = sorted(name for name, options in TYPES.items() if issubclass(options, HttpOptions))


def module_of(name):
    return name.replace("-", "_")


@pytest.fixture(params=SYSTEMS)
def bench(request, tmp_path, monkeypatch, caplog):
    make = importlib.import_module(f"systems.{module_of(request.param)}").system
    made = Bench(make, TYPES, tmp_path, monkeypatch, caplog)
    yield made
    made.close()


def test_every_source_that_is_read_over_http_has_a_system_to_be_held_to_the_contract():
    folder = Path(__file__).parent.parent / "support" / "systems"
    assert {path.stem for path in folder.glob("*.py")} == {module_of(name) for name in SYSTEMS}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_source_keeps_the_contract(bench, check):
    check(bench)


@pytest.mark.parametrize("fault", FAULTS, ids=repr)
def test_a_source_survives_a_system_that_fails(bench, fault):
    survives(bench, fault)
