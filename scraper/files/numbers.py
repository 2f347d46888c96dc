"""Numbers as people write them in tables: `24 seats`, `1,200`, `-33,9`."""

import re

_COUNT = re.compile(
    r"""(?:(?:ca\.?|approx\.?|about|max\.?|up\ to|~)\s*)?
    (?P<number>[0-9]{1,9}|[0-9]{1,3}(?:[, '\u00a0\u202f\u2019][0-9]{3}){1,2})
    (?:[.,]0{1,2})?
    (?:\s*(?:seats?|places?|people|persons?|pax|ppl|students?|spots?|chairs?|pl[\u00e4a]tze|personen))?""",
    re.IGNORECASE | re.VERBOSE,
)
_DECIMAL_COMMA = re.compile(r"([+-]?[0-9]+),([0-9]+)")


def parse_whole_number(value: object) -> int | None:
    """A number from 0 on; None for anything else, and for what could be two numbers (`20-24`, `1.200`)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value >= 0 else None
    if isinstance(value, str) and (found := _COUNT.fullmatch(value.strip())):
        return int(re.sub(r"[^0-9]", "", found["number"]))
    return None


def parse_decimal(value: object) -> float | None:
    """A number with a decimal point or comma, perhaps with a degree sign."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str):
        value = _DECIMAL_COMMA.sub(r"\1.\2", value.strip().rstrip("\u00b0").replace("\u2212", "-"))
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None
