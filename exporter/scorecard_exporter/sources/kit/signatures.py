"""Whether a push comes from whom it says: pure checks of the raw body, in constant time.

A secret may be a list while it is rotated; each is tried, so that the time taken does not tell which one was right.
Whatever a header holds, the only error is RefusedDeliveryError, and no message repeats a secret or a signature.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NotBase64Error
from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import SecretStr

from scorecard_exporter.errors import RefusedDeliveryError

OLDEST = timedelta(minutes=5)
"""How far the time of a signed delivery may be from now, on either side (Standard Webhooks)."""

_SIGNING_TOKEN = "whsec_"  # noqa: S105  how such a token begins
_LONGEST_TIMESTAMP = 12


def check_token(secrets: tuple[SecretStr, ...], given: str | None) -> None:
    """A secret that is sent along as it is.

    Raises:
        RefusedDeliveryError: it is missing or another one.
    """
    if not _any_equal(_keys(secrets), [_sent(given, "token")]):
        raise RefusedDeliveryError("the token is not the configured one")


def check_hmac_sha256(
    secrets: tuple[SecretStr, ...], body: bytes, signature: str | None, prefix: str = "sha256="
) -> None:
    """A signature that is `prefix` and the HMAC-SHA256 of the body in lower-case hexadecimal digits.

    Raises:
        RefusedDeliveryError: it is missing, or of another secret or body.
    """
    _check_hex(secrets, body, [_sent(signature, "signature")], prefix)


def check_any_hmac(secrets: tuple[SecretStr, ...], body: bytes, signatures: str | None, prefix: str = "v1=") -> None:
    """As `check_hmac_sha256`, where several signatures are listed with commas while a secret is rotated.

    Raises:
        RefusedDeliveryError: none of them is right.
    """
    _check_hex(secrets, body, [one.strip() for one in _sent(signatures, "signature").split(b",")], prefix)


def check_standard_webhook(  # noqa: PLR0917  what is signed, in its order
    secrets: tuple[SecretStr, ...],
    id: str | None,  # noqa: A002  the scheme's own name for it
    timestamp: str | None,
    body: bytes,
    signatures: str | None,
    at: datetime,
) -> None:
    """The scheme of Standard Webhooks (https://www.standardwebhooks.com), which GitLab 19 signs with.

    A signature is `v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64; several are listed with spaces. The key
    is the base64 after `whsec_`; secrets of another form are for other schemes and are passed over.

    Raises:
        RefusedDeliveryError: something is missing, the time is more than five minutes off, or no signature is right.
    """
    keys = [key for secret in secrets if (key := _signing_key(secret))]
    if not keys:
        raise RefusedDeliveryError("no signing token (whsec_ and base64) is configured to check the signature with")
    signed = b".".join((_sent(id, "delivery id"), _sent(timestamp, "timestamp"), body))
    given = _sent(signatures, "signature").split()
    wanted = [b"v1," + b64encode(hmac.digest(key, signed, "sha256")) for key in keys]
    if not _any_equal(wanted, given):
        raise RefusedDeliveryError("the signature does not fit the body and the configured signing token")
    _check_time(timestamp, at)


def _check_hex(secrets: tuple[SecretStr, ...], body: bytes, given: list[bytes], prefix: str) -> None:
    wanted = [prefix.encode() + hmac.digest(key, body, "sha256").hex().encode() for key in _keys(secrets)]
    if not _any_equal(wanted, given):
        raise RefusedDeliveryError("the signature does not fit the body and the configured secret")


def _check_time(timestamp: object, at: datetime) -> None:
    text = str(timestamp)
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_TIMESTAMP):
        raise RefusedDeliveryError("the timestamp is not a number of seconds")
    if abs(at.timestamp() - int(text)) > OLDEST.total_seconds():
        raise RefusedDeliveryError("the timestamp is more than five minutes from the time here; check both clocks")


def _keys(secrets: tuple[SecretStr, ...]) -> list[bytes]:
    """The secrets as bytes. With an empty one anybody could sign."""
    keys = [secret.get_secret_value().encode("utf-8", "surrogateescape") for secret in secrets]
    keys = [key for key in keys if key.strip()]
    if not keys:
        raise RefusedDeliveryError("no secret is configured to check it with")
    return keys


def _signing_key(secret: SecretStr) -> bytes:
    """The key of a signing token; empty where it is none."""
    text = secret.get_secret_value().strip()
    if not text.startswith(_SIGNING_TOKEN):
        return b""
    try:
        return b64decode(text.removeprefix(_SIGNING_TOKEN), validate=True)
    except (NotBase64Error, ValueError):
        return b""


def _sent(value: object, what: str) -> bytes:
    if not isinstance(value, str) or not value:
        raise RefusedDeliveryError(f"the {what} is missing")
    return value.encode("utf-8", "backslashreplace")


def _any_equal(wanted: Iterable[bytes], given: Iterable[bytes]) -> bool:
    """Whether one of these is one of those; every pair is compared, whatever the others gave."""
    given = list(given)
    return any([hmac.compare_digest(one, other) for one in wanted for other in given])  # noqa: C419  no short cut
