"""Jira's webhooks, those of an administrator: an issue was created, or its status changed."""

from __future__ import annotations

from collections.abc import Iterator

from examples.acme.company.news import Alarmed, News, Tracked
from examples.acme.systems.asked import Asked
from examples.acme.systems.jira.bodies import histories_of, shown
from examples.acme.systems.jira.tickets import Ticket, tickets
from examples.acme.systems.world import World
from examples.acme.webhooks.delivery import SECRET, Delivery, encoded, hexadecimal, identity


def deliveries(world: World, asked: Asked, one: News, at: int) -> Iterator[Delivery]:
    """What Jira sends about bugs, stories, and the incidents that are its own."""
    del at  # Jira signs no time
    if isinstance(one, Tracked) or (isinstance(one, Alarmed) and not one.service.pager):
        ticket = next(ticket for ticket in tickets(world) if ticket.key == one.what.key)
        yield _delivery(asked, ticket, one.at)


def _delivery(asked: Asked, ticket: Ticket, at: int) -> Delivery:
    """By its moment it is told which change of the status it was; none means that it was created."""
    change = next((row for row in histories_of(ticket, None) if row["created"] == at * 1_000), None)
    body = {
        "timestamp": at * 1_000,
        "webhookEvent": "jira:issue_updated" if change else "jira:issue_created",
        "issue_event_type_name": "issue_generic" if change else "issue_created",
        "user": {"accountId": "acme:1", "displayName": "Ada Abel"},
        "issue": shown(asked, ticket, ["*all"]),
    }
    if change:
        body["changelog"] = {"id": change["id"], "items": change["items"]}
    sent = encoded(body)
    headers = {
        "content-type": "application/json",
        "user-agent": "Atlassian Webhook HTTP Client",
        "x-atlassian-webhook-identifier": identity("jira", ticket.key, at),
        "x-atlassian-webhook-retry": "0",
        "x-hub-signature": f"sha256={hexadecimal(SECRET, sent)}",
    }
    return Delivery("acme-jira", sent, headers)
