"""What Jenkins answers to people, also when a program asked."""

from __future__ import annotations

from html import escape

from examples.acme.systems.asked import Reply

VERSION = "2.516.3"


def page(status: int, text: str) -> Reply:
    """A page with one sentence."""
    body = f"<html><body>{escape(text)}</body></html>".encode()
    return Reply(status=status, body=body, headers={"content-type": "text/html;charset=utf-8", "x-jenkins": VERSION})
