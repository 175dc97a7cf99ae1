"""What Jenkins is asked: an address for each job, a `tree` of the wanted fields, a sentence for each refusal."""

from __future__ import annotations

from urllib.parse import quote, unquote

from scorecard_exporter.sources.kit.response import Response


def path_of(job: str, *rest: str) -> str:
    """The path of a job by its full name, or of something below it.

    A branch `feature/x` is a job of the name `feature%2Fx`, of which the path has `feature%252Fx`.
    """
    folders = "".join(f"job/{quote(name, safe='')}/" for name in job.split("/") if name)
    return folders + "/".join(rest)


def explain(response: Response) -> str | None:
    """What a refusal means, and which permission or plugin is missing."""
    path = unquote(response.url.path)
    if response.status == 401:  # noqa: PLR2004  unauthorized
        return "Jenkins does not accept `user` with `token`"
    if response.status == 403:  # noqa: PLR2004  forbidden
        return f"Jenkins refuses {path}: the user needs Overall/Read, and Job/Read for each job"
    if response.status == 404 and path.endswith("/wfapi/runs"):  # noqa: PLR2004  not found
        return f"Jenkins has no stages at {path}: it is no Pipeline, or the plugin `pipeline-rest-api` is not installed"
    return None
