"""The configuration: text with positions, shapes, cross-references, one frozen object."""

from scorecard_exporter.config.editor import json_schema
from scorecard_exporter.config.lint import advise
from scorecard_exporter.config.resolve import load

__all__ = ["advise", "json_schema", "load"]
