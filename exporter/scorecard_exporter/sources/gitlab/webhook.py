"""Pushes of GitLab: its signing token or its secret token, and what an event says.

https://docs.gitlab.com/user/project/integrations/webhooks/
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError
from scorecard_exporter.events.model import Problem
from scorecard_exporter.sources.base import Delivery, Pushed
from scorecard_exporter.sources.gitlab.parsing.pushes import EVENTS, Place
from scorecard_exporter.sources.gitlab.reading import Reading
from scorecard_exporter.sources.kit.body import Body, MalformedError
from scorecard_exporter.sources.kit.signatures import check_standard_webhook, check_token
from scorecard_exporter.sources.text import excerpt


class GitLabWebhook:
    """`things`: those of the projects that were found, by id: they tell a renamed project."""

    def __init__(
        self,
        reading: Reading,
        things: Mapping[int, str],
        *,
        secrets: tuple[SecretStr, ...],
        signing_tokens: tuple[SecretStr, ...],
    ) -> None:
        self._reading, self._things = reading, things
        self._secrets, self._signing_tokens = secrets, signing_tokens

    def accept(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Delivery:
        """A signed delivery must pass its signature, whatever token it has: else anybody who learns one could sign."""
        signature, sent = headers.get("webhook-signature"), headers.get("webhook-id")
        if signature is not None:
            time = headers.get("webhook-timestamp")
            check_standard_webhook(self._signing_tokens, sent, time, body, signature, at)
        elif self._secrets:
            check_token(self._secrets, headers.get("x-gitlab-token"))
        else:
            raise RefusedDeliveryError("the signature is missing; give GitLab's webhook the signing token")
        name = sent or headers.get("idempotency-key") or hashlib.sha256(body).hexdigest()
        return Delivery(id=name, event=headers.get("x-gitlab-event", ""), body=body, received_at=at)

    def parse(self, delivery: Delivery) -> Pushed:
        source = self._reading.source
        try:
            body = Body(json.loads(delivery.body))
            parse = EVENTS.get(body.text("object_kind", ""))
            place = self._place(body) if parse else None
            return Pushed(records=tuple(parse(body, place))) if parse and place else Pushed()
        except (MalformedError, ValueError, RecursionError) as error:
            reason = str(error) if isinstance(error, MalformedError) else "it is no JSON"
            message = f"a push to {source} ({excerpt(delivery.event, 40)}) could not be read: {reason}; it is left out"
            return Pushed(problems=(Problem(code="malformed", message=message, origin=source),))

    def _place(self, body: Body) -> Place | None:
        """The project that an event is about; None where it is not to be read."""
        project = body.body("project")
        if project is None:
            return None
        known = self._things.get(project.whole("id", 0))
        thing = known or self._reading.wanted.names(project.text("path_with_namespace", ""))
        if not thing:
            return None
        return Place(
            origin=f"{self._reading.source}:{thing}",
            page=project.text("web_url", ""),
            branch=self._reading.branch or project.text("default_branch", ""),
            incident_labels=self._reading.incident_labels,
        )
