"""Local git repositories: commits of the deployed branch and of tags, and the tags as deployments."""
