"""A delivery, and how each system signs one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SECRET = "acme-webhooks"  # noqa: S105 - a word of the demonstration, no secret
SIGNING_TOKEN = "whsec_" + base64.b64encode(b"acme signs its webhooks, says GitLab").decode()
"""GitLab's own kind of secret."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is posted for one source."""

    source: str
    body: bytes
    headers: Mapping[str, str]


def encoded(value: Any) -> bytes:
    """The body of a delivery."""
    return json.dumps(value, separators=(",", ":")).encode()


def identity(*parts: object) -> str:
    """An id of a delivery that is the same when the same thing is delivered again."""
    text = hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:32]}"


def hexadecimal(secret: str, body: bytes) -> str:
    """HMAC-SHA256 of a body, as GitHub, Jira and PagerDuty write it, behind a prefix of their own."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(token: str, delivery: str, at: int, body: bytes) -> str:
    """`v1,…`: the signature of Standard Webhooks, over id, moment and body."""
    key = base64.b64decode(token.removeprefix("whsec_"))
    signed = f"{delivery}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
