"""GitHub's REST API: what can be read of repositories, and who reads it."""

from __future__ import annotations

from examples.acme.systems.github.rest import actions, commits, deployments, issues, pulls, repositories
from examples.acme.systems.router import Router

routes = Router(repositories.routes, commits.routes, pulls.routes, deployments.routes, actions.routes, issues.routes)
