"""Which builds, or stages of builds, are deployments, and where to: what the configuration says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from scorecard_exporter.events.patterns import check_pattern, matches_path

_PARAMETER = re.compile(r"\{([^{}]*)\}")


def _checked(pattern: str) -> str:
    check_pattern(pattern)
    return pattern


def _filled(template: str) -> str:
    if "{}" in template or "{" in _PARAMETER.sub("", template) or "}" in _PARAMETER.sub("", template):
        raise ValueError("name a parameter of the build between { and }, such as {ENVIRONMENT}")
    return template


JobGlob = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Jobs = Annotated[
    tuple[JobGlob, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(min_length=1),
]
Pattern = Annotated[str, AfterValidator(_checked)]
Template = Annotated[str, StringConstraints(min_length=1), AfterValidator(_filled)]


class MissingParameterError(Exception):
    """A build has no parameter of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class DeploymentRule(BaseModel):
    """Builds of these jobs are deployments, or their stage is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    jobs: Annotated[Jobs, Field(description="Full names of jobs, or globs: `shop/deploy`, `shop/**/main`.")]
    stage: Annotated[
        Pattern | None,
        Field(description="The stage that deploys, as a glob; without it the whole build does."),
    ] = None
    environment: Annotated[
        Template,
        Field(description="Where to, with {PARAMETER} for a parameter of the build: `production`, `{TARGET}`."),
    ]
    version: Annotated[Template | None, Field(description="What is deployed, such as `{VERSION}`.")] = None
    commit: Annotated[
        Template | None,
        Field(
            description="The commit that is deployed, such as `{GIT_COMMIT}`. Default: the one that was checked out."
        ),
    ] = None

    def is_for(self, job: str) -> bool:
        """Whether the rule is about a job, by its full name."""
        return matches_path(job, self.jobs)

    @property
    def has_parameters(self) -> bool:
        """Whether a parameter of the build is needed."""
        return any(_PARAMETER.search(one or "") for one in (self.environment, self.version, self.commit))


def fill(template: str | None, parameters: Mapping[str, str]) -> str:
    """A template with the parameters of a build in it; '' for none.

    Raises:
        MissingParameterError: the build does not have one of them.
    """

    def value(found: re.Match[str]) -> str:
        if not parameters.get(found[1]):
            raise MissingParameterError(found[1])
        return parameters[found[1]]

    return _PARAMETER.sub(value, template or "")
