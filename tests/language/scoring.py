"""Scores a list of phrases: parse results against expected ones."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from bot.language import NameIndex, parse_phrase, to_json
from tests.language.catalogue import BUILDINGS, ROOMS, SOCIETIES

HERE = Path(__file__).parent
LISTS = (
    "development_phrases.jsonl",
    "fresh_phrases.jsonl",
    "unseen_phrases.jsonl",
    "student_phrases.jsonl",
    "staff_phrases.jsonl",
    "hurried_phrases.jsonl",
    "campus_phrases.jsonl",
)
COMPARED = (
    "start",
    "end",
    "kind",
    "capacity",
    "equipment",
    "usage",
    "building",
    "room",
    "location",
    "near",
    "society",
    "title",
    "people",
)


class Phrase(Struct, frozen=True):
    category: str
    text: str
    now: datetime
    zone: ZoneInfo
    expect: dict[str, object]

    def mistakes(self, names: NameIndex) -> list[str]:
        """One sentence for every key that differs."""
        got = to_json(parse_phrase(self.text, now=self.now, zone=self.zone, names=names))
        expected = dict.fromkeys(COMPARED) | self.expect
        return [
            f"{key}: {got[key]!r} instead of {value!r}"
            for key, value in expected.items()
            if not _agrees(key, got[key], value)
        ]


def _agrees(key: str, got: object, expected: object) -> bool:
    if isinstance(expected, dict) and "any" in expected:
        return any(_agrees(key, got, one) for one in expected["any"])
    if key in {"start", "end"} and isinstance(got, str) and isinstance(expected, str):
        return datetime.fromisoformat(got) == datetime.fromisoformat(expected)
    if key == "problem" and isinstance(got, dict):
        return got["code"] == expected
    if key == "question":
        return bool(got) == bool(expected)
    if key == "also" and isinstance(got, list) and isinstance(expected, list):
        return len(got) == len(expected) and all(
            _agrees(bound, one[bound], other.get(bound))
            for one, other in zip(got, expected, strict=True)
            for bound in ("start", "end")
        )
    return got == expected or (not got and not expected)


def phrases(name: str) -> Iterator[Phrase]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.strip():
            row = json.loads(line)
            zone = ZoneInfo(row["tz"])
            yield Phrase(
                row["category"], row["text"], datetime.fromisoformat(row["now"]), zone, row["expect"]
            )


def campus() -> NameIndex:
    return NameIndex.build(ROOMS, BUILDINGS, SOCIETIES)


class Score(Struct):
    """Correct phrases by category, and all failures."""

    right: Counter[str]
    total: Counter[str]
    failures: list[str]

    @property
    def share(self) -> float:
        return self.right.total() / max(self.total.total(), 1)

    def table(self) -> str:
        rows = [f"{name:<12}{self.right[name]:>5} of {self.total[name]}" for name in sorted(self.total)]
        return "\n".join(
            [*rows, f"{'all':<12}{self.right.total():>5} of {self.total.total()} ({self.share:.1%})"]
        )


def score(name: str) -> Score:
    names = campus()
    result = Score(Counter(), Counter(), [])
    for phrase in phrases(name):
        mistakes = phrase.mistakes(names)
        result.total[phrase.category] += 1
        result.right[phrase.category] += not mistakes
        if mistakes:
            result.failures.append(f"{phrase.category}: {phrase.text!r}: {'; '.join(mistakes)}")
    return result
