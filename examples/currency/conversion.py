"""Knows nothing of the platform, so a unit test runs it."""

import json
from decimal import ROUND_HALF_EVEN, Decimal


def read_rate(body: bytes, target: str) -> str:
    """The rate with the digits that it has: money is not counted in binary fractions."""
    return json.loads(body, parse_float=str)["rates"][target]


def convert(amount: dict, target: str, rate: str) -> dict:
    cents = (Decimal(amount["cents"]) * Decimal(rate)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    return {"id": amount["id"], "cents": int(cents), "currency": target, "rate": str(rate)}
