"""Skips numbers of prose that look like times: prices, scores, versions, birthdays, identity numbers."""

from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import (
    DAY_WORDS,
    HOUR_WORDS,
    MERIDIEMS,
    MINUTE_WORDS,
    MONTH_NUMBERS,
    ORDINAL_SUFFIXES,
    WEEKDAY_NUMBERS,
)
from bot.language.text.token_cursor import TokenCursor

_TIME_ENDINGS = MERIDIEMS | MINUTE_WORDS | HOUR_WORDS | word_set("p a oclock - to until :")
_LINKS = word_set("is was are were : = # - of number no nr about around only just")
_PRICED_UNITS = word_set(
    """
    head person pint ticket piece pop go month year student member seat cup coffee drink slice copy unit
    kilo kg litre team plate portion pizza beer session
    """
)
_PRICED_THINGS = word_set(
    """
    ticket tickets entry admission pint pints coffee coffees tea beer beers sandwich sandwiches pizza pizzas
    drinks snacks membership subscription parking fare fares
    """
)
_PRICE_WORDS = word_set(
    "cost costs costing price prices priced paid pay charge charged fee fees spent worth budget"
)
_IDENTITY_LABELS = word_set(
    """
    student number id zid sid invoice order ticket isbn ref reference account card matric matriculation
    registration candidate staff code pin phone tel mobile mob call ring text dial whatsapp fax password
    barcode serial case receipt po quote
    """
)
_CODE_LABELS = word_set(
    "invoice order ref reference receipt case serial account card isbn barcode fax po quote"
)
_PHONE_WORDS = word_set("phone tel mobile mob call ring text dial whatsapp fax number on me")
_DECIMAL_LABELS = word_set(
    """
    room rm office studio suite pod flat lab floor level chapter ch section figure fig table page unit
    question q eq equation version v release build gpa average mark grade score magnitude appendix clause
    """
)
_PRODUCTS = word_set(
    """
    python ios ipados android windows ubuntu debian fedora office node java php ruby django macos word excel
    matlab gpt chrome firefox covid boeing apollo catch postgres mysql sqlite kotlin angular swift unity
    blender bluetooth usb wifi html css euro euros formula
    """
)
_LISTED_THINGS = word_set(
    "exercises ages aged sizes grades sections chapters problems tasks steps slides rooms figures"
)
_SCORE_WORDS = word_set(
    "score scores scored won lost beat beaten drew leading winning losing trailing result thrashed defeated"
)
_SCORE_ENDINGS = word_set("win won defeat loss victory draw up down nil")
_NOT_BETWEEN_SCORE = word_set(
    """
    room rooms meet meeting book class session slot at from need want for between property and or lab study
    rush queue crowd
    """
)
_BIRTH_WORDS = word_set("born dob birthdate birth")
_POSSESSIVES = word_set("my her his our their your")
_NOT_OF_MONTH = word_set("xv xi team eleven birthday bday anniversary century draft")
_AGE_LEADS = word_set("im hes shes turning aged turn turns")
_OPEN_PLACES = word_set("library access building campus study gym room rooms lab labs space spaces")
_LAST_FACE_HOUR = 12
_RANKS = word_set("top big")
_TEAM_SIDE = ("a", "side")
_MAX_DATE_TOKENS = 8
_MAX_LOOK_BACK = 4
_LONG_NUMBER = 5
_YEAR_DIGITS = 4
_LAST_SCORE_DIGITS = 2


def skip_prose_number(cursor: TokenCursor, index: int) -> int:
    """The position after a number that is no time, or `index` when none starts here."""
    word = cursor.word(index)
    if word.isdecimal():
        return _skip_digits(cursor, index)
    if word == "in":
        return _skip_place(cursor, index)
    if word in _BIRTH_WORDS:
        return _skip_date(cursor, index + 1, index)
    if word == "the" and cursor.number(index + 1) is not None and cursor.word(index + 3) in _NOT_OF_MONTH:
        return index + 4
    if word in _POSSESSIVES:
        return _skip_ordinal(cursor, index)
    return _skip_labelled(cursor, index)


def _skip_digits(cursor: TokenCursor, index: int) -> int:
    after = _end_of_decimal(cursor, index)
    if _is_price(cursor, after) or (after > index + 1 and _is_price_of_thing(cursor, index, after)):
        return after
    if cursor.word(index + 1) in ORDINAL_SUFFIXES and cursor.word(index + 2) in _NOT_OF_MONTH:
        return index + 3
    if cursor.word(index - 1) in _AGE_LEADS and _is_age(cursor, index, after):
        return after
    if cursor.word(index + 1) == "hour" and cursor.any_word(index + 2) in _OPEN_PLACES:
        return index + 2  # `24 hour library`
    if cursor.word(index - 1) in _RANKS and cursor.word(after) not in _TIME_ENDINGS:
        return after
    if _is_fraction(cursor, index):
        return index + 3
    return _skip_pair(cursor, index)


def _end_of_decimal(cursor: TokenCursor, index: int) -> int:
    """The position after `1`, `1.20`, `17.4.1`."""
    after = index + 1
    while (
        after < index + _MAX_DATE_TOKENS
        and cursor.word(after) in {".", ","}
        and cursor.is_attached(after)
        and cursor.word(after + 1).isdecimal()
        and cursor.is_attached(after + 1)
    ):
        after += 2
    return after


def _is_price(cursor: TokenCursor, after: int) -> bool:
    """`a head`, `per person`, `each`, `pp`; `each tuesday` is a series."""
    word = cursor.word(after)
    if word in {"a", "per", "p"} and cursor.word(after + 1) in _PRICED_UNITS:
        return True
    if word == "every":
        follows = cursor.word(after + 1)
        return (
            cursor.tokens[after].raw == "each" and follows not in WEEKDAY_NUMBERS and follows not in DAY_WORDS
        )
    return word in {"pp", "ea", "apiece"}


def _is_price_of_thing(cursor: TokenCursor, index: int, after: int) -> bool:
    """`tickets are 4.50`: a decimal for a thing with a price."""
    if cursor.word(after) in _TIME_ENDINGS:
        return False
    has_thing = cursor.word(index - 1) in _LINKS - {"-", "to"} and cursor.word(index - 2) in _PRICED_THINGS
    return has_thing or cursor.matches(after, "on", "the", "door")


def _is_age(cursor: TokenCursor, index: int, after: int) -> bool:
    """`I'm 21 on friday`; up to twelve it may be an hour (`I'm 10 minutes away`)."""
    number = cursor.number(index)
    is_last = cursor.word(after) in {"", "on", "in", "next", ",", "!"}
    return is_last and number is not None and number > _LAST_FACE_HOUR


def _is_fraction(cursor: TokenCursor, index: int) -> bool:
    """`3/4 of us`, `2/3 full`."""
    over, under = cursor.number(index), cursor.number(index + 2)
    if cursor.word(index + 1) != "/" or over is None or under is None or over >= under:
        return False
    follows = cursor.word(index + 3)
    return follows == "full" or (follows == "of" and cursor.word(index + 4) not in MONTH_NUMBERS)


def _skip_pair(cursor: TokenCursor, index: int) -> int:
    """Scores and conversations: `won 3-2`, `2-1 up`, `1-1 meeting`, `1-2-1`, `5-a-side`, `555-1234`."""
    if cursor.matches(index, "1", "-", "2", "-", "1"):
        return index + 5
    first, second, sign = cursor.word(index), cursor.word(index + 2), cursor.word(index + 1)
    side = index + 1 + (sign == "-")
    if cursor.matches(side, *_TEAM_SIDE):
        return side + 2
    if sign not in {"-", "to"} or not second.isdecimal():
        return index
    is_ours = cursor.word(index + 3) == "to" and cursor.word(index + 4) in {"us", "them", "you", "me"}
    if cursor.word(index + 3) in _TIME_ENDINGS and not is_ours:
        return index
    are_small = max(len(first), len(second)) <= _LAST_SCORE_DIGITS
    is_one_to_one = first == second == "1"
    if is_one_to_one or (sign == "-" and are_small and _is_score(cursor, index, second)):
        return index + 3
    is_phone = (len(first), len(second)) == (3, 4) and (int(first) % 5 > 0 or int(second) % 5 > 0)
    return index + 3 if sign == "-" and is_phone else index


def _is_score(cursor: TokenCursor, index: int, second: str) -> bool:
    after = index + 3
    if second == "0" or cursor.word(index) == second or cursor.word(after) in _SCORE_ENDINGS:
        return True
    if cursor.word(after) == "to" and cursor.word(after + 1) in {"us", "them", "you", "me"}:
        return True
    if cursor.matches(after, "at", "half", "time") or cursor.matches(after, "at", "full", "time"):
        return True
    return _has_score_before(cursor, index) or (
        cursor.word(index - 1) == "finished"
        and cursor.word(index - 2) in {"it", "game", "match", "we", "they"}
    )


def _has_score_before(cursor: TokenCursor, index: int) -> bool:
    for at in range(index - 1, index - 1 - _MAX_LOOK_BACK, -1):
        word = cursor.word(at) if at >= 0 else ""
        if word in _SCORE_WORDS:
            return True
        if not word.isalpha() or word in _NOT_BETWEEN_SCORE or word in WEEKDAY_NUMBERS:
            return False
    return False


def _skip_place(cursor: TokenCursor, index: int) -> int:
    """`the projector in 1.20`; `in 1.5 hours` is a time, and so is `book me in 2.30`."""
    after = _end_of_decimal(cursor, index + 1)
    if not cursor.word(index + 1).isdecimal() or after == index + 2 or cursor.word(after) in _TIME_ENDINGS:
        return index
    return index + 1 if cursor.word(index - 1) in {"me", "us", "it", "them"} else after


def _skip_date(cursor: TokenCursor, first: int, index: int) -> int:
    """The position after the digits and months of a date of birth; `index` when none follows."""
    at = cursor.skip(first, {"on", "in", "is", "was", ":", "the"})
    end = index
    for after in range(at, at + _MAX_DATE_TOKENS):
        word = cursor.word(after)
        if word.isdecimal() or word in MONTH_NUMBERS:
            end = after + 1
            if len(word) == _YEAR_DIGITS and word.isdecimal():
                break
        elif word not in {"/", "-", ".", ",", "of"} and word not in ORDINAL_SUFFIXES:
            break
    if cursor.word(end) in MERIDIEMS or (end == at + 1 and len(cursor.word(at)) < _YEAR_DIGITS):
        return index
    return max(end, index)


def _skip_ordinal(cursor: TokenCursor, index: int) -> int:
    """`my 21st`; `my 21st of march` is a date."""
    if cursor.number(index + 1) is None or cursor.word(index + 2) not in ORDINAL_SUFFIXES:
        return index
    at = index + 3
    return index if cursor.word(at + (cursor.word(at) == "of")) in MONTH_NUMBERS else at


def _skip_labelled(cursor: TokenCursor, index: int) -> int:
    word = cursor.word(index)
    if word in _PRICE_WORDS:
        return _skip_after_links(cursor, index, is_decimal_needed=False)
    if word in _PRODUCTS and cursor.number(index + 1) is not None:
        after = _end_of_decimal(cursor, index + 1)
        return index if cursor.word(after) in _TIME_ENDINGS else after
    if word in _DECIMAL_LABELS:
        found = _skip_after_links(cursor, index, is_decimal_needed=True)
        if found > index:
            return found
    if (
        word in _LISTED_THINGS
        and cursor.word(index + 2) in {"-", "to"}
        and cursor.number(index + 1) is not None
    ):
        return index + 4 if cursor.number(index + 3) is not None else index
    return _skip_identity(cursor, index) if word in _IDENTITY_LABELS else index


def _skip_after_links(cursor: TokenCursor, index: int, *, is_decimal_needed: bool) -> int:
    at = cursor.skip(index + 1, _LINKS)
    if not cursor.word(at).isdecimal():
        return index
    after = _end_of_decimal(cursor, at)
    if cursor.word(after) in _TIME_ENDINGS or (is_decimal_needed and after == at + 1):
        return index
    return after


def _end_of_code(cursor: TokenCursor, index: int) -> int:
    """The position after `1530-2`, `2026/11`, `14.2`; `index` when no such code stands here."""
    after = index + 1
    while (
        after < index + _MAX_DATE_TOKENS
        and cursor.word(after) in {"-", "/", "."}
        and cursor.is_attached(after)
        and cursor.is_attached(after + 1)
        and cursor.word(after + 1).isdecimal()
    ):
        after += 2
    return after if after > index + 1 and cursor.word(index).isdecimal() else index


def _skip_identity(cursor: TokenCursor, index: int) -> int:
    """`student number 20261130`, `invoice 20260312`, `ring me on 555 0199`."""
    at = cursor.skip(index + 1, _LINKS | _PHONE_WORDS)
    code_end = _end_of_code(cursor, at) if cursor.word(index) in _CODE_LABELS else at
    if code_end > at:
        return code_end
    if len(cursor.word(at)) >= _LONG_NUMBER and cursor.word(at).isdecimal():
        return at + 1
    if cursor.word(index) not in _PHONE_WORDS or at == index + 1:
        return index
    second = at + 1 + (cursor.word(at + 1) == "-")
    if len(cursor.word(at)) == 3 and len(cursor.word(second)) == 4:
        return second + 1 if cursor.word(at).isdecimal() and cursor.word(second).isdecimal() else index
    return index
