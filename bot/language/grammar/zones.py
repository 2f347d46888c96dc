"""Finds a time zone among the words of a text: `3pm UTC`, `15:00 Sydney time`, `9am GMT+2`."""

from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.language.lexicon import word_set
from bot.language.lexicon.time_zone_names import (
    ABBREVIATIONS,
    HALF_HOUR_OFFSETS,
    OFFSET_BASES,
    REGIONS,
    iana_names,
    zones_by_city,
)
from bot.language.lexicon.vocabulary import HOUR_WORDS, MERIDIEMS
from bot.language.text.tokenizer import Token
from core.time_zones import find_time_zone

_CLOCK_WORDS = MERIDIEMS | HOUR_WORDS | word_set("noon midday midnight oclock time times ( in - ,")
_MAX_CITY_WORDS = 3
_MAX_NAME_TOKENS = 6
_MAX_OFFSET_MINUTES = 14 * 60
_MIN_OFFSET_MINUTES = -12 * 60


class ZoneMatch(Struct, frozen=True):
    """A zone and its tokens `[start_index, end_index)`."""

    zone: ZoneInfo
    start_index: int
    end_index: int


def find_zone(tokens: list[Token], text: str) -> ZoneMatch | None:
    """The first time zone in a text. Its words count only beside a time of day, or before `time`."""
    names_place = any(token.word == "time" for token in tokens)
    for index, token in enumerate(tokens):
        if token.field is not None or token.word.isdecimal():
            continue
        match = _match_abbreviation(tokens, index) or _match_iana_name(tokens, index, text)
        match = match or (_match_place_before_time(tokens, index) if names_place else None)
        if match is not None:
            return match
    return None


def _match_abbreviation(tokens: list[Token], index: int) -> ZoneMatch | None:
    word = tokens[index].raw or tokens[index].word
    name = ABBREVIATIONS.get(word)
    if name is None or not _follows_clock(tokens, index):
        return None
    if len(word) == 2 and tokens[index - 1].word not in MERIDIEMS:
        return None
    after = index + 1
    if word in OFFSET_BASES:
        offset = _match_offset(tokens, after)
        if offset is not None:
            name, after = offset
    zone = find_time_zone(name)
    after += after < len(tokens) and tokens[after].word == "time"
    return ZoneMatch(zone, index, after) if zone is not None else None


def _follows_clock(tokens: list[Token], index: int) -> bool:
    if index == 0:
        return False
    before = tokens[index - 1]
    return before.word in _CLOCK_WORDS or before.number is not None


def _match_offset(tokens: list[Token], index: int) -> tuple[str, int] | None:
    """`+2`, `-05:30` after UTC or GMT: the name of a zone that always has this offset."""
    if index + 1 >= len(tokens) or tokens[index].word not in {"+", "-"}:
        return None
    hours, after = tokens[index + 1].number, index + 2
    if hours is None or not tokens[index + 1].is_attached:
        return None
    minutes = 0
    if len(tokens[index + 1].word) == 4:
        hours, minutes = divmod(hours, 100)
    elif after + 1 < len(tokens) and tokens[after].word == ":" and tokens[after + 1].number is not None:
        minutes, after = tokens[after + 1].number or 0, after + 2
    total = (hours * 60 + minutes) * (1 if tokens[index].word == "+" else -1)
    if not _MIN_OFFSET_MINUTES <= total <= _MAX_OFFSET_MINUTES or hours > 14:
        return None
    if total % 60:
        name = HALF_HOUR_OFFSETS.get(total)
        return (name, after) if name else None
    return (f"Etc/GMT{-total // 60:+d}" if total else "UTC"), after


def _match_place_before_time(tokens: list[Token], index: int) -> ZoneMatch | None:
    """`sydney time`, `new york time`, `uk time`."""
    words: list[str] = []
    for at in range(index, min(index + _MAX_CITY_WORDS, len(tokens) - 1)):
        if tokens[at].field is not None or not tokens[at].is_word:
            return None
        words.append(tokens[at].word)
        if tokens[at + 1].word == "time":
            place = " ".join(words)
            name = REGIONS.get(place) or ABBREVIATIONS.get(place) or zones_by_city().get(place)
            zone = find_time_zone(name) if name else None
            return ZoneMatch(zone, index, at + 2) if zone is not None else None
    return None


def _match_iana_name(tokens: list[Token], index: int, text: str) -> ZoneMatch | None:
    """`Australia/Sydney`."""
    if index + 2 >= len(tokens) or tokens[index + 1].word != "/" or not tokens[index + 1].is_attached:
        return None
    end = index + 3
    last = min(end + _MAX_NAME_TOKENS, len(tokens))
    while end < last and tokens[end].is_attached and tokens[end].word not in {")", ",", "."}:
        end += 1
    name = iana_names().get(text[tokens[index].start : tokens[end - 1].end].lower())
    zone = find_time_zone(name) if name else None
    return ZoneMatch(zone, index, end) if zone is not None else None
