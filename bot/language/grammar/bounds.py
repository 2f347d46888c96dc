"""Parses words that announce a start or an end: `start 2pm finish 4`, `leaving at half 4`, `done by 3`."""

from datetime import timedelta

from msgspec.structs import replace

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import FILLER_WORDS
from bot.language.model.items import (
    BareNumber,
    Bound,
    ClockTime,
    Connective,
    ContextWord,
    DayItem,
    DayPart,
    DurationItem,
    EndOfDay,
    IsoTimestamp,
    Item,
    ItemMatch,
    LooseTime,
    MinuteOfHour,
    PlacedItem,
    UnknownWord,
    UpcomingWindow,
)
from bot.language.text.token_cursor import TokenCursor

_START_VERBS = word_set(
    "start starts starting begin begins beginning commence commences commencing arrive arrives arriving"
)
_ALSO_CONNECTIVES = frozenset({"start", "starting", "beginning", "ending", "finishing"})
_END_VERBS = word_set(
    """
    finish finishes finishing finished end ends ending ended stop stops stopping leave leaves leaving wrap
    wraps wrapping conclude concludes concluding depart departs departing vacate vacating
    """
)
_DEPARTURES = word_set("leave leaves depart departs back")
_END_ADVERBS = word_set("out over done gone off away back finished clear cleared")
_END_VERBS_AFTER_TO = word_set("go dash run head split scoot")
_OBLIGATIONS = word_set("have has need needs got gotta must")
_PARTICLES = frozenset({"up", "off", "time"})
_FIXED_PHRASES: tuple[tuple[tuple[str, ...], Item], ...] = (
    (("at", "the", "latest"), Bound("latest", is_end=True)),
    (("at", "latest"), Bound("latest", is_end=True)),
    (("latest",), Bound("latest", is_end=True)),
    (("up", "to"), Bound("up to", is_end=True)),
    (("up", "until"), Connective.UNTIL),
    (("through", "to"), Connective.UNTIL),
    (("through", "until"), Connective.UNTIL),
    (("thru", "to"), Connective.UNTIL),
    (("thru", "until"), Connective.UNTIL),
    (("later", "than"), Connective.AFTER),
    (("no", "longer", "than"), ContextWord()),
    (("hard", "stop"), Bound("stop", is_end=True)),
    (("right", "after"), Connective.JUST_AFTER),
    (("just", "after"), Connective.JUST_AFTER),
    (("straight", "after"), Connective.JUST_AFTER),
    (("immediately", "after"), Connective.JUST_AFTER),
    (("directly", "after"), Connective.JUST_AFTER),
    (("right", "before"), Connective.BEFORE),
    (("just", "before"), Connective.BEFORE),
    (("straight", "before"), Connective.BEFORE),
    (("immediately", "before"), Connective.BEFORE),
    (("directly", "before"), Connective.BEFORE),
    (("sometime",), LooseTime()),
    (("sometimes",), LooseTime()),
    (("anytime",), LooseTime()),
    (("some", "time"), LooseTime()),
    (("any", "time"), LooseTime()),
    (("at", "some", "point"), LooseTime()),
    (("at", "any", "point"), LooseTime()),
    (("some", "point"), LooseTime()),
    (("any", "point"), LooseTime()),
    (("any", "hour"), DurationItem(60)),
    (("within", "the", "hour"), UpcomingWindow(timedelta(hours=1))),
    (("on", "the", "hour"), MinuteOfHour()),
    (("set", "up"), ContextWord()),
    (("setting", "up"), ContextWord()),
    (("setup",), ContextWord()),
    (("so", "that"), Connective.SO),
    (("so",), Connective.SO),
    (("hence",), Connective.SO),
    (("therefore",), Connective.SO),
    (("because",), Connective.BECAUSE),
    (("since", "i"), Connective.BECAUSE),
    (("since", "we"), Connective.BECAUSE),
    (("since", "my"), Connective.BECAUSE),
    (("as", "i"), Connective.BECAUSE),
    (("as", "we"), Connective.BECAUSE),
    (("as", "my"), Connective.BECAUSE),
)
_FIXED_FIRST_WORDS = frozenset(words[0] for words, _ in _FIXED_PHRASES)
BOUND_FIRST_WORDS = (
    _START_VERBS | _END_VERBS | _END_ADVERBS | _END_VERBS_AFTER_TO | _FIXED_FIRST_WORDS | {"in", "through"}
)
"""The words that a word for a start or an end may begin with."""
_NAMED_END_LEADS = frozenset({Connective.UNTIL, Connective.BEFORE, Connective.BY})
_MAX_EVENT_WORDS = 3
_BESIDE_TIME = frozenset({"latest", "up to"})
_CLOCKS = (ClockTime, BareNumber, MinuteOfHour)
_TIMES = (*_CLOCKS, IsoTimestamp, EndOfDay, DayPart)
_BEFORE_TIME = frozenset(
    {Connective.AT, Connective.BY, Connective.BEFORE, Connective.FROM, Connective.UNTIL, Connective.ON}
)
_END_CONNECTIVES = frozenset(
    {Connective.UNTIL, Connective.BY, Connective.BEFORE, Connective.TO, Connective.DASH}
)


def parse_bound(cursor: TokenCursor, index: int) -> ItemMatch | None:
    """The word for a start or an end, or for how strictly a time is meant, that starts here."""
    word = cursor.word(index)
    if word in _FIXED_FIRST_WORDS:
        for words, item in _FIXED_PHRASES:
            if cursor.matches(index, *words) and not (word == "later" and cursor.word(index - 1) == "no"):
                return item, index + len(words)
    return _parse_verb(cursor, index, word)


def _parse_verb(cursor: TokenCursor, index: int, word: str) -> ItemMatch | None:
    is_connective = word in _ALSO_CONNECTIVES
    if word in _START_VERBS:
        return Bound(word, is_end=False, is_connective=is_connective), index + 1
    if _is_departure(cursor, index, word):
        return Bound(word, is_end=True, is_departure=True), index + 1
    if word in _END_VERBS:
        return Bound(word, is_end=True, is_connective=is_connective), cursor.skip(index + 1, _PARTICLES)
    follows = cursor.word(index + 1)
    if follows in {"by", "at", "before", "around", "about"} and _is_end_before(cursor, index, word):
        return Bound(word, is_end=True), index + 1
    if word == "in" and follows == "at":
        return Bound(word, is_end=False), index + 1
    return None


def _is_departure(cursor: TokenCursor, index: int, word: str) -> bool:
    """`I'll be back at 4`, `we leave at 5`; `have to leave at 5` and `back by 4` are ends."""
    if word not in _DEPARTURES or cursor.word(index + 1) in {"by", "before"}:
        return False
    lead = {cursor.word(index - 1), cursor.word(index - 2), cursor.word(index - 3)}
    return not lead & _OBLIGATIONS and (word != "back" or cursor.word(index + 1) in {"at", "around", "about"})


def _is_end_before(cursor: TokenCursor, index: int, word: str) -> bool:
    """`out by 5`, `have to go at 4`; `kicks off at 3` is a start."""
    before = cursor.word(index - 1)
    if word in _END_VERBS_AFTER_TO:
        return before == "gotta" or (before == "to" and cursor.word(index - 2) in _OBLIGATIONS)
    return word in _END_ADVERBS and not (word == "off" and before in {"kick", "kicks", "kicking"})


def place_bounds(items: list[PlacedItem]) -> list[PlacedItem]:
    """Puts `from` or `until` before the time that a word for a start or an end belongs to.

    That is the time after the word, or else the one before it (`9 start, 11 finish`). Without a time the word
    is what it is elsewhere: a connective, a filler or an unknown word.
    """
    items = _join_named_ends(items)
    items = [
        replace(each, item=ContextWord()) if _is_time_itself(each.item, items) else each for each in items
    ]
    if not any(isinstance(each.item, Bound) for each in items):
        return items
    placed: list[PlacedItem] = []
    leads: dict[int, Connective] = {}
    for index, each in enumerate(items):
        if isinstance(each.item, Bound):
            _place_bound(each.item, items, index, placed, leads)
            continue
        if index in leads:
            placed.append(PlacedItem(leads[index], each.start_index, each.start_index))
        placed.append(each)
    return placed


def _is_time_itself(item: Item, items: list[PlacedItem]) -> bool:
    """Whether someone leaves or is back at the only time of day: it is when the request begins."""
    if not isinstance(item, Bound) or not item.is_departure:
        return False
    return sum(isinstance(each.item, (*_CLOCKS, IsoTimestamp)) for each in items) == 1


def _join_named_ends(items: list[PlacedItem]) -> list[PlacedItem]:
    """Moves the event of `until my class at 4` behind its time."""
    joined: list[PlacedItem] = []
    index = 0
    while index < len(items):
        joined.append(items[index])
        index += 1
        if joined[-1].item not in _NAMED_END_LEADS:
            continue
        at = index
        while at < min(len(items), index + _MAX_EVENT_WORDS) and isinstance(items[at].item, UnknownWord):
            at += 1
        is_named = index < at < len(items) - 1 and items[at].item is Connective.AT
        if is_named and isinstance(items[at + 1].item, _CLOCKS):
            joined.append(items[at + 1])
            joined.extend(replace(each, item=ContextWord()) for each in items[index:at])
            index = at + 2
    return joined


def _place_bound(
    bound: Bound,
    items: list[PlacedItem],
    index: int,
    placed: list[PlacedItem],
    leads: dict[int, Connective],
) -> None:
    each = items[index]
    connective = Connective.UNTIL if bound.is_end else Connective.FROM
    at = _index_of_time(bound, items, index)
    if _is_suffix(bound, at, items, index, leads):
        if len(placed) < 2 or placed[-2].item not in (_END_CONNECTIVES if bound.is_end else {connective}):
            placed.insert(-1, PlacedItem(connective, placed[-1].start_index, placed[-1].start_index))
        placed.append(replace(each, item=ContextWord()))
    elif at is not None and _is_end_of_length(bound, items, index):
        placed.append(replace(each, item=Connective.BEFORE))
    elif at is not None:
        leads[at] = connective
        placed.append(replace(each, item=ContextWord()))
    elif bound.is_connective:
        placed.append(replace(each, item=connective))
    elif bound.word not in FILLER_WORDS:
        placed.append(replace(each, item=UnknownWord(bound.word)))


def _is_end_of_length(bound: Bound, items: list[PlacedItem], index: int) -> bool:
    """`3 hours ending at 6`: the length right before, up to a certain time."""
    is_certain = index + 1 < len(items) and items[index + 1].item in {Connective.AT, Connective.ON}
    return bound.is_end and is_certain and index > 0 and isinstance(items[index - 1].item, DurationItem)


def _is_suffix(
    bound: Bound, at: int | None, items: list[PlacedItem], index: int, leads: dict[int, Connective]
) -> bool:
    """Whether the word belongs to the time just before it: `11 finish`, `5pm at the latest`."""
    if not index or index - 1 in leads or not isinstance(items[index - 1].item, _CLOCKS):
        return False
    if bound.is_connective and index + 1 < len(items) and isinstance(items[index + 1].item, DayItem):
        return False  # `3-4 starting next week`
    is_beside = items[index - 1].end_index == items[index].start_index
    return is_beside and (at is None or bound.word in {"latest", "start", "begin"})


def _index_of_time(bound: Bound, items: list[PlacedItem], index: int) -> int | None:
    """The position of the time that the word leads to; the day of an end may stand in between."""
    at = _skip_connectives(items, index + 1)
    if bound.is_end and at < len(items) and isinstance(items[at].item, DayItem):
        at = _skip_connectives(items, at + 1)
    if at >= len(items) or (bound.word in _BESIDE_TIME and items[at].start_index != items[index].end_index):
        return None
    return at if isinstance(items[at].item, _TIMES if bound.is_end else _CLOCKS) else None


def _skip_connectives(items: list[PlacedItem], index: int) -> int:
    while index < len(items) and items[index].item in _BEFORE_TIME:
        index += 1
    return index
