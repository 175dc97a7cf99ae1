"""Every type of source, by the name it has in the configuration."""

from __future__ import annotations

from collections.abc import Mapping

from scorecard_exporter.sources.alertmanager.options import AlertmanagerOptions
from scorecard_exporter.sources.base import SourceOptions
from scorecard_exporter.sources.files.options import FilesOptions
from scorecard_exporter.sources.git.options import GitOptions
from scorecard_exporter.sources.github.options import GitHubOptions
from scorecard_exporter.sources.gitlab.options import GitLabOptions
from scorecard_exporter.sources.jenkins.options import JenkinsOptions
from scorecard_exporter.sources.jira.options import JiraOptions
from scorecard_exporter.sources.pagerduty.options import PagerDutyOptions
from scorecard_exporter.sources.prometheus.options import PrometheusOptions
from scorecard_exporter.sources.webhook.options import WebhookOptions

TYPES: Mapping[str, type[SourceOptions]] = {
    "alertmanager": AlertmanagerOptions,
    "files": FilesOptions,
    "git": GitOptions,
    "github": GitHubOptions,
    "gitlab": GitLabOptions,
    "jenkins": JenkinsOptions,
    "jira": JiraOptions,
    "pagerduty": PagerDutyOptions,
    "prometheus": PrometheusOptions,
    "webhook": WebhookOptions,
}
