"""What GitLab says, as records: pure functions from its JSON."""
