"""Generates expensive texts: words of the vocabulary, names and signs, joined by every separator."""

import random
from collections.abc import Iterator

from bot.language.lexicon import split_words, vocabulary
from tests.language.catalogue import BUILDINGS, ROOMS, SOCIETIES

WORDS = sorted(
    vocabulary.TIME_FIRST_WORDS
    | vocabulary.CONNECTIVE_WORDS
    | vocabulary.FILLER_WORDS
    | vocabulary.PEOPLE_WORDS
    | vocabulary.WORDS_AFTER_NUMBER
    | vocabulary.PLURAL_WEEKDAYS
    | vocabulary.MINUTE_WORDS
    | vocabulary.HOUR_WORDS
    | vocabulary.ORDINAL_SUFFIXES
    | frozenset(vocabulary.CANONICAL_WORDS)
    | frozenset(
        split_words(
            """
            3 9 12 15 20 31 1530 2026 20260312 1/2 3/4 12/3 12.3. 30/2 2-4 25:00 15:00 3pm 2h 1h30 1st 31st
            2026-03-12T10:00:00+01:00 ½ ﷺ İ ① @sam <@U1|jo> <@a <@a| "quiz" 'quiz quad g03 printer upper x20
            $ # + ( ) ≥ 0412 tuesdya tomorow quadrangel theatr septembr decade hence overmorrow 1a a1
            """
        )
    )
    | {each.name for group in (BUILDINGS[:9], ROOMS[:9], SOCIETIES[:9]) for each in group}
)
SEPARATORS = (
    *(
        "",
        " ",
        "  ",
        "-",
        " - ",
        "–",
        "/",
        " / ",
        ",",
        ", ",
        ".",
        ":",
        ";",
        "'",
        '"',
        "+",
        "&",
        " & ",
        "\n",
        "\t",
    ),
    *(f" {word} " for word in sorted(vocabulary.CONNECTIVE_WORDS) if word.isalpha()),
    *(" the ", " every ", " next ", " of ", " a week on ", ", in weeks, "),
)


def texts(seed: int, count: int, sizes: tuple[int, ...]) -> Iterator[str]:
    """Yields `count` texts of these sizes in turn, the same for the same seed.

    Most repeat a few words with one separator, which is what compounds; the others mix all of them.
    """
    rng = random.Random(seed)
    for number in range(count):
        words = WORDS if rng.random() < 0.3 else rng.sample(WORDS, rng.randint(1, 4))
        separators = SEPARATORS if rng.random() < 0.3 else (rng.choice(SEPARATORS),)
        size = sizes[number % len(sizes)]
        text = ""
        while len(text) < size:
            text += rng.choice(words) + rng.choice(separators)
        yield text[:size]
