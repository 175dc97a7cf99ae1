"""Who did something on GitHub, under one name whichever way it is asked."""

from __future__ import annotations

from scorecard_exporter.sources.kit.body import Body

BOT = "[bot]"


def person(found: Body | None) -> tuple[str, bool]:
    """Login and whether it is a bot; '' for an account that is gone.

    REST and webhooks call an App `dependabot[bot]` of the type Bot, GraphQL calls it `dependabot` of the type Bot.
    """
    if found is None:
        return "", False
    login = found.text("login", "")
    kind = found.text("__typename", "") or found.text("type", "")
    if login.endswith(BOT):
        return login, True
    return (f"{login}{BOT}", True) if kind == "Bot" else (login, False)
