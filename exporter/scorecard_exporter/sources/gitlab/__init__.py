"""GitLab: deployments, commits, merge requests, pipelines, issues, releases and tags of projects and groups."""
