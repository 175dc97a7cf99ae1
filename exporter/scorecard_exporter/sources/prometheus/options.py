"""The keys of a source of type `prometheus`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from scorecard_exporter.quantities import Duration, RefusedError, to_micros
from scorecard_exporter.sources.base import Source
from scorecard_exporter.sources.kit.options import HttpOptions
from scorecard_exporter.sources.prometheus.access import PrometheusAccess
from scorecard_exporter.sources.prometheus.inspect import inspect
from scorecard_exporter.sources.prometheus.observations import Series
from scorecard_exporter.sources.prometheus.stream import SeriesStream

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")]
LabelName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")]


def _whole_seconds(step: float) -> float:
    if step != int(step):
        raise RefusedError(step, "a number of whole seconds")
    return step


class PrometheusSeries(BaseModel):
    """An expression of PromQL whose values are observations."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    expression: Annotated[str, Field(min_length=1, description="PromQL that gives one value a subject.")]
    step: Annotated[
        Annotated[Duration, AfterValidator(_whole_seconds)],
        Field(default="1h", validate_default=True, description="Every so often there is a value, on the full step."),
    ]
    unit: Annotated[str, Field(description="Unit of the values, checked against that of the series.")] = ""
    label: Annotated[LabelName | None, Field(description="The label of the result that names the subject.")] = None
    subject: Annotated[
        str | None, Field(min_length=1, description="What all of it is about, where no label says it.")
    ] = None
    span: Annotated[
        Literal["point", "step"],
        Field(description="Whether a value stands for a moment, or for the step that ends with it, as a sum does."),
    ] = "point"

    @model_validator(mode="after")
    def _one_way_of_naming(self) -> Self:
        if (self.label is None) == (self.subject is None):
            raise ValueError("give either `label: LABEL` that names the subjects or `subject: NAME`")
        return self


class PrometheusOptions(HttpOptions, PrometheusAccess):
    """A Prometheus, or what speaks its query API: Thanos, Mimir, VictoriaMetrics."""

    type: Literal["prometheus"]
    series: Annotated[
        dict[Name, PrometheusSeries], Field(min_length=1, description="Series of observations, by their names.")
    ]

    def origins(self, name: str) -> tuple[str, ...]:
        return tuple(f"{name}:{series}" for series in self.series)

    def build(self, name: str, directory: str) -> Source:
        client = self.client(directory, share=self.quota, timeout=self.timeout, ca_file=self.reach(directory))
        wanted = tuple(self._series(name))
        return Source(
            name,
            self.type,
            self.interval,
            tuple(SeriesStream(client, series, self.depth) for series in wanted),
            inspect=partial(inspect, client, wanted, self.asked_as, self.depth),
            traffic=client.traffic,
        )

    def _series(self, source: str) -> Iterable[Series]:
        for name, options in self.series.items():
            yield Series(
                name=name,
                origin=f"{source}:{name}",
                expression=options.expression,
                step=to_micros(options.step),
                unit=options.unit,
                label=options.label or "",
                subject=options.subject or "",
                is_over_step=options.span == "step",
            )
