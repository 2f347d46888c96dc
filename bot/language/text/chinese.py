"""Writes Chinese dates and hours in English before a text is split into tokens."""

import re
from collections.abc import Callable
from re import Match

from bot.language.lexicon.vocabulary import MONTH_NAMES, WEEKDAY_NAMES
from bot.language.text.tokenizer import NormalizedText

_TIME_CHARACTERS = frozenset("年月日号號天周週点點时時分刻半晚早午夜晨今明昨后後")
_HAN = re.compile("[\u4e00-\u9fff]")
_DIGITS = {
    "零": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_WEEKDAYS = "一二三四五六日天"
_NUMBER = "[0-9]{1,2}|[一二两三四五六七八九]?十[一二三四五六七八九]?|[一二两三四五六七八九]"
_PARTS = {"上午": "am", "早上": "am", "凌晨": "am", "中午": "pm", "下午": "pm", "晚上": "pm"}
_PART_NAMES = {"上午": "morning", "早上": "morning", "中午": "noon", "下午": "afternoon", "晚上": "evening"}
_WORDS = {
    "今天": "today",
    "今日": "today",
    "明天": "tomorrow",
    "明日": "tomorrow",
    "后天": "overmorrow",
    "後天": "overmorrow",
    "今晚": "tonight",
    "昨天": "yesterday",
    "到": "to",
    "至": "to",
    "从": "from",
    "從": "from",
    "在": "at",
    "的": ",",
}
_WEEK_LEADS = {"下": "next", "这": "this", "這": "this", "本": "this", "": ""}


def _to_number(text: str) -> int:
    if text.isascii():
        return int(text)
    tens, has_ten, units = text.partition("十")
    if not has_ten:
        return _DIGITS[text]
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[units] if units else 0)


def _write_weekday(match: Match[str]) -> str:
    number = min(_WEEKDAYS.index(match["weekday"]), 6)
    return f"{_WEEK_LEADS[match['lead'] or '']} {WEEKDAY_NAMES[number]}"


def _write_date(match: Match[str]) -> str:
    month, day = _to_number(match["month"]), _to_number(match["day"])
    if not 1 <= month <= 12:
        return match.group()
    return f"{day} {MONTH_NAMES[month]} {match['year'] or ''}"


def _write_hour(match: Match[str]) -> str:
    hour = _to_number(match["hour"])
    minute = 30 if match["half"] else _to_number(match["minute"]) if match["minute"] else 0
    half = _PARTS.get(match["part"] or "", "")
    if hour > 12 or not half:
        return f"{hour}:{minute:02}"
    return f"{hour}:{minute:02} {half}"


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[Match[str]], str]], ...] = (
    (
        re.compile(f"(?P<lead>[下这這本])?(?:个|個)?(?:周|週|星期|礼拜|禮拜)(?P<weekday>[{_WEEKDAYS}])"),
        _write_weekday,
    ),
    (
        re.compile(f"(?:(?P<year>20[0-9]{{2}})年)?(?P<month>{_NUMBER})月(?P<day>{_NUMBER})[日号號]"),
        _write_date,
    ),
    (
        re.compile(
            f"(?P<part>{'|'.join(_PARTS)})?(?P<hour>{_NUMBER})(?:点钟|點鐘|[点點时時])"
            f"(?:(?P<half>半)|(?P<minute>{_NUMBER})分?)?"
        ),
        _write_hour,
    ),
    (re.compile("|".join(_PART_NAMES)), lambda match: _PART_NAMES[match.group()]),
    (re.compile("|".join(_WORDS)), lambda match: _WORDS[match.group()]),
)


def has_han(text: str) -> bool:
    return not text.isascii() and _HAN.search(text) is not None


def is_plain_han(text: str) -> bool:
    """Whether a text is of Chinese characters none of which belongs to a time."""
    return all(_HAN.match(letter) for letter in text) and not _TIME_CHARACTERS & frozenset(text)


def translate_chinese(normalized: NormalizedText) -> NormalizedText:
    """Replaces what is understood by English words, which keep the position of what they stand for."""
    if not has_han(normalized.text):
        return normalized
    for pattern, write in _PATTERNS:
        normalized = _replace(normalized, pattern, write)
    return normalized


def _replace(
    normalized: NormalizedText, pattern: re.Pattern[str], write: Callable[[Match[str]], str]
) -> NormalizedText:
    characters: list[str] = []
    offsets: list[int] = []
    position = 0
    for match in pattern.finditer(normalized.text):
        characters.append(normalized.text[position : match.start()])
        offsets.extend(normalized.offsets[position : match.start()])
        first, last = normalized.offsets[match.start()], normalized.offsets[match.end() - 1]
        words = f" {write(match).strip().lower()} "
        characters.append(words)
        offsets.extend([*[first] * (len(words) - 2), last, last])
        position = match.end()
    characters.append(normalized.text[position:])
    offsets.extend(normalized.offsets[position:])
    return NormalizedText("".join(characters), tuple(offsets), normalized.source_length)
