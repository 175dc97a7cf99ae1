"""Issues, incidents and releases from Jira, Cloud and Data Center."""
