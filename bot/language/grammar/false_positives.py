"""Skips numbers that are not times: course codes, phone numbers, prices, levels, counts of things."""

from bot.language.grammar.ordinary_words import ORDINARY_WORDS, skip_ordinary_word
from bot.language.grammar.prose_numbers import skip_prose_number
from bot.language.lexicon import word_set
from bot.language.lexicon.vocabulary import DAY_WORDS, KNOWN_WORDS, MINUTE_WORDS, WEEK_WORDS
from bot.language.text.token_cursor import TokenCursor

_NUMBER_LABELS = word_set(
    """
    level lvl floor week wk room rm group grp tute tut tutorial lecture lec year yr chapter ch page
    pg pages question questions q qs task part section sections assignment ass assn assessment quiz
    exam midterm module unit course class version ver v number no num nr gate door bus route
    platform line team stage semester sem term trimester step item option apt apartment episode ep
    season volume vol act scene lab labs rev draft sprint iteration table row desk seat locker bay
    problem prob exercise ex topic paper ext extension tel phone ph mob mobile fax code pin id zid
    student room# building block car size age aged assignment hw homework track set round game match
    heat division div grade score top stream cohort tutorial
    """
)
_AMBIGUOUS_LABELS = word_set(
    """
    room rm lab labs class lecture lec tutorial tute tut exam quiz group team table game match
    tutorial course section set term week
    """
)
_CURRENCY_SIGNS = word_set("$ £ € ¥")
_COUNTED_NOUNS = word_set(
    """
    % percent dollars dollar bucks quid pounds pound euros euro cents aud gbp usd km kms metres
    meters metre cm mm kg kgs gb mb tb mbps ml litres miles mile degrees x times points point marks
    mark credits uoc units questions pages chapters assignments problems laptops laptop tables table
    monitors monitor screens screen whiteboards projectors printers rooms room labs items things
    copies boxes pizzas beers coffees drinks tickets bikes cameras mics microphones outlets plugs
    powerpoints sockets cables options lectures tutorials classes exams quizzes weeks' k goals games
    books desks sets teams groups sections levels floors doors windows bedrooms balls bags bottles
    cups computers pcs devices slides videos songs tracks rounds tries attempts years yrs yo stars
    bookings sessions slots spaces meetings
    """
)
_MIN_PHONE_DIGITS = 8
_MAX_PHONE_TOKENS = 12
_RATING_WORDS = word_set("the of would recommend stars star rating score marks mark of points correct")
_RATING_VERBS = word_set("rate rated rating score scored gave got solid easily mark marks graded review")
_FREQUENCY_WORDS = word_set("once twice times x")


def skip_false_positive(cursor: TokenCursor, index: int) -> int:
    """The position after a false positive that starts here, or `index` when there is none."""
    word = cursor.word(index)
    after = skip_ordinary_word(cursor, index) if word in ORDINARY_WORDS else index
    after = after if after > index else skip_prose_number(cursor, index)
    if after > index:
        return after
    if word in _FREQUENCY_WORDS and _is_frequency(cursor, index + 1):
        return index + 3
    if word == "within" and _is_distance(cursor, index + 1):
        return index + 3
    if word in _CURRENCY_SIGNS or word in {"+", "#"}:
        return _skip_prefixed_number(cursor, index)
    if word.isdecimal():
        return _skip_number(cursor, index)
    if word in _NUMBER_LABELS:
        return _skip_labelled_number(cursor, index)
    if 2 <= len(word) <= 5 and word.isalpha() and cursor.number(index + 1) is not None:
        return _skip_course_code(cursor, index)
    return index


def _is_frequency(cursor: TokenCursor, index: int) -> bool:
    """`a week`, `per day`, after a number of times."""
    return cursor.word(index) in {"a", "per"} and cursor.word(index + 1) in DAY_WORDS | WEEK_WORDS


def _is_distance(cursor: TokenCursor, index: int) -> bool:
    """`5 mins of`, `10 minutes walk`."""
    has_number = cursor.number(index) is not None and cursor.word(index + 1) in MINUTE_WORDS
    return has_number and cursor.word(index + 2) in {"of", "from", "walk", "walking"}


def _skip_prefixed_number(cursor: TokenCursor, index: int) -> int:
    if not (cursor.word(index + 1).isdecimal() and cursor.is_attached(index + 1)):
        return index
    if cursor.word(index) == "+":
        return _end_of_digit_groups(cursor, index + 1) if len(cursor.word(index + 1)) > 1 else index
    after = index + 2
    if (
        cursor.word(after) in {".", ","}
        and cursor.word(after + 1).isdecimal()
        and cursor.is_attached(after + 1)
    ):
        after += 2
    return after


def _skip_number(cursor: TokenCursor, index: int) -> int:
    if cursor.matches(index, "24", "/", "7") or _is_ratio(cursor, index):
        return index + 3
    if _is_phone(cursor, index):
        return _end_of_digit_groups(cursor, index)
    after = index + 1
    if (
        cursor.word(after) in {".", ","}
        and cursor.word(after + 1).isdecimal()
        and cursor.is_attached(after + 1)
    ):
        after += 2
    if cursor.word(after) in _COUNTED_NOUNS and not cursor.word(after - 1).startswith("0"):
        return (
            max(skip_false_positive(cursor, after), after + 1)
            if cursor.word(after) in _FREQUENCY_WORDS
            else after + 1
        )
    return index


def _is_ratio(cursor: TokenCursor, index: int) -> bool:
    """`16:9`, `9/10 would recommend`."""
    sign, follows = cursor.word(index + 1), cursor.word(index + 3)
    if cursor.number(index + 2) is None or not cursor.is_attached(index + 2):
        return False
    if sign == ":":
        return len(cursor.word(index + 2)) == 1
    before = {cursor.word(index - 1), cursor.word(index - 2)}
    is_rated = cursor.word(index + 2) in {"5", "10", "100"} and bool(before & _RATING_VERBS)
    return sign == "/" and (follows in _RATING_WORDS or is_rated)


def _end_of_digit_groups(cursor: TokenCursor, index: int) -> int:
    """The position after a row of digits and dashes, at most a dozen tokens on."""
    for after in range(index, index + _MAX_PHONE_TOKENS):
        word = cursor.word(after)
        if not word.isdecimal() and not (word in {"-", "(", ")"} and cursor.word(after + 1).isdecimal()):
            return after
    return index + _MAX_PHONE_TOKENS


def _is_phone(cursor: TokenCursor, index: int) -> bool:
    """A long number, or groups of digits in a row: `0412 345 678`, `9385-1000`."""
    word = cursor.word(index)
    if len(word) >= 5:
        return not (len(word) == 8 and word.startswith("20"))
    if not _may_open_phone(cursor, index):
        return False
    end = _end_of_digit_groups(cursor, index)
    groups = [cursor.word(at) for at in range(index, end) if cursor.word(at).isdecimal()]
    if len(groups) < 2 or sum(map(len, groups)) < _MIN_PHONE_DIGITS:
        return False
    return (
        any(len(group) >= 3 for group in groups)
        and not _is_iso_date(groups)
        and not _is_time_or_date_range(cursor, index, groups)
    )


def _may_open_phone(cursor: TokenCursor, index: int) -> bool:
    """Whether more digits follow; quick, because most numbers are no telephone's."""
    at = index + 1
    while cursor.word(at) in {"-", "(", ")"} and at <= index + 2:
        at += 1
    follows = cursor.word(at)
    return follows.isdecimal() and (len(follows) > 1 or len(cursor.word(index)) > 1)


def _is_iso_date(groups: list[str]) -> bool:
    return len(groups) >= 3 and len(groups[0]) == 4 and groups[0].startswith("20") and len(groups[1]) <= 2


def _is_time_or_date_range(cursor: TokenCursor, index: int, groups: list[str]) -> bool:
    """`1400-1530`: two times of day with a dash between them; or a date with a year."""
    dates = (
        len(groups) >= 3
        and len(groups[2]) == 4
        and max(len(groups[0]), len(groups[1])) <= 2
        and cursor.word(index + 1) == "-"
    )
    times = len(groups) == 2 and all(
        len(group) == 4 and group[2] < "6" and group < "2401" for group in groups
    )
    return dates or (times and cursor.word(index + 1) == "-")


def _skip_labelled_number(cursor: TokenCursor, index: int) -> int:
    """`level 3`, `week 5`; `lab 3pm` and `lab 2-4` are not labels."""
    at = index + 1 + (cursor.word(index + 1) in {"#", ".", ":"})
    if cursor.word(at) in {"number", "no"}:
        at += 1
    if cursor.number(at) is None:
        return index
    follows = cursor.word(at + 1)
    if follows in {":", "am", "pm", "oclock", "st", "nd", "rd", "th"} or (
        follows in {"p", "a", "h"} and cursor.is_attached(at + 1)
    ):
        return index
    is_range = follows in {"-", "to", "until"} and bool(cursor.word(at + 2))
    if (is_range or len(cursor.word(at)) >= 3) and cursor.word(index) in _AMBIGUOUS_LABELS:
        return index
    return at + 1 + (2 if is_range and cursor.number(at + 2) is not None else 0)


def _skip_course_code(cursor: TokenCursor, index: int) -> int:
    """`comp 1511`, `math 1081`: a few letters that mean nothing else, then four digits."""
    if (
        len(cursor.word(index + 1)) != 4
        or cursor.word(index) in KNOWN_WORDS
        or cursor.word(index + 2) in {"hrs", "hours", "h"}
    ):
        return index
    return _end_of_digit_groups(cursor, index + 1) if _is_phone(cursor, index + 1) else index + 2
