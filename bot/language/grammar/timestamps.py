"""Parses the times that chat platforms write as a count of seconds: `<t:1773230400:F>`, `<!date^…>`."""

import re
from datetime import UTC, datetime

from bot.language.model.items import InvalidTime, IsoTimestamp

_SECONDS = re.compile(r"[0-9]{1,13}")


def is_timestamp(word: str) -> bool:
    return word.startswith(("<t:", "<!date^"))


def parse_timestamp(word: str) -> IsoTimestamp | InvalidTime:
    """The instant of a platform's timestamp; seconds since 1970, and whole minutes in the result."""
    digits = _SECONDS.search(word)
    try:
        instant = datetime.fromtimestamp(int(digits.group()) if digits else -1, UTC)
    except (ValueError, OverflowError, OSError):
        return InvalidTime()
    return IsoTimestamp(instant.replace(second=0).isoformat())
