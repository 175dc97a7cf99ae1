"""JSON in which no number changes: fractions stay as they are written."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, NoReturn


def decode(text: str | bytes) -> Any:
    """What a JSON text holds; numbers with a fraction are `Decimal`.

    Raises:
        ValueError: it is no JSON, or nested too deeply, or not UTF-8.
    """
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_number)
    except (ArithmeticError, RecursionError) as error:
        raise ValueError(f"it cannot be read: {error}") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")
