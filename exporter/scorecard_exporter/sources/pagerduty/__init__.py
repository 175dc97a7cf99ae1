"""PagerDuty: incidents with their log, change events as deployments, webhooks."""
