"""The alert rules for the Prometheus operator: `python -m kubernetes.prometheus_rule [--runbooks URL] [FILE]`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "prometheus/rules/scorecard.yml"
WRITTEN = HERE / "components/prometheus-operator/prometheus-rule.yaml"
RUNBOOKS = "{{ $externalURL }}/user/"
"""Where the rules say that the runbooks are: Prometheus serves them, where it is told to."""
NOTE = "# Written from prometheus/rules/scorecard.yml by `make generate`: change it there.\n"


class _Dumper(yaml.SafeDumper):
    """Texts of several lines stay readable; nothing is written as a reference to something else."""

    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def prometheus_rule(rules: str, runbooks: str = RUNBOOKS) -> str:
    """The manifest for a file of rules, whose runbooks are below the address `runbooks`."""
    manifest = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "scorecard", "labels": {"app.kubernetes.io/name": "scorecard-exporter"}},
        "spec": yaml.safe_load(rules.replace(RUNBOOKS, runbooks)),
    }
    return NOTE + yaml.dump(manifest, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def main() -> None:
    """Write it, by default where the component has it."""
    parser = argparse.ArgumentParser(prog="python -m kubernetes.prometheus_rule", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", default=WRITTEN, help="where it is written to")
    parser.add_argument("--runbooks", default=RUNBOOKS, help="the address, with a slash at its end, of your runbooks")
    options = parser.parse_args()
    options.file.write_text(prometheus_rule(RULES.read_text("utf-8"), options.runbooks), "utf-8")


if __name__ == "__main__":
    main()
