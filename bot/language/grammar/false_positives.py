"""Numbers that are no times: course codes, phone numbers, prices, levels, counts of things."""

from bot.language.lexicon.vocabulary import DAY_WORDS, KNOWN, WEEK_WORDS
from bot.language.lexicon.wordlist import wordset
from bot.language.text.token_cursor import Line

_LABELS = wordset(
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
_MAYBE_LABELS = wordset(
    """
    room rm lab labs class lecture lec tutorial tute tut exam quiz group team table game match
    tutorial course section set term week
    """
)
_CURRENCY = wordset("$ £ € ¥")
_AFTER_A_COUNT = wordset(
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
_SHORTEST_PHONE = 8
_GROUPS_AT_MOST = 12
_JUDGES = wordset("the of would recommend stars star rating score marks mark of points correct")
_TIMES = wordset("once twice times x")


def skipped(line: Line, index: int) -> int:
    """The position after a trap that begins here, or `index` when there is none."""
    word = line.word(index)
    if (
        word in _TIMES
        and line.word(index + 1) in {"a", "per"}
        and line.word(index + 2) in DAY_WORDS | WEEK_WORDS
    ):
        return index + 3
    if word in _CURRENCY or word in {"+", "#"}:
        return _figures_after(line, index)
    if word.isdecimal():
        return _number_trap(line, index)
    if word in _LABELS:
        return _labelled(line, index)
    if 2 <= len(word) <= 5 and word.isalpha() and line.number(index + 1) is not None:
        return _course_code(line, index)
    return index


def _figures_after(line: Line, index: int) -> int:
    if not (line.word(index + 1).isdecimal() and line.is_glued(index + 1)):
        return index
    if line.word(index) == "+":
        return _end_of_figures(line, index + 1) if len(line.word(index + 1)) > 1 else index
    after = index + 2
    if line.word(after) in {".", ","} and line.word(after + 1).isdecimal() and line.is_glued(after + 1):
        after += 2
    return after


def _number_trap(line: Line, index: int) -> int:
    if line.reads(index, "24", "/", "7") or _is_ratio(line, index):
        return index + 3
    if _is_phone(line, index):
        return _end_of_figures(line, index)
    after = index + 1
    if line.word(after) in {".", ","} and line.word(after + 1).isdecimal() and line.is_glued(after + 1):
        after += 2
    if line.word(after) in _AFTER_A_COUNT and not line.word(after - 1).startswith("0"):
        return max(skipped(line, after), after + 1) if line.word(after) in _TIMES else after + 1
    return index


def _is_ratio(line: Line, index: int) -> bool:
    """`16:9`, `9/10 would recommend`."""
    sign, follows = line.word(index + 1), line.word(index + 3)
    if line.number(index + 2) is None or not line.is_glued(index + 2):
        return False
    return (sign == ":" and len(line.word(index + 2)) == 1) or (sign == "/" and follows in _JUDGES)


def _end_of_figures(line: Line, index: int) -> int:
    """The position after a row of figures and dashes, looking a dozen tokens far."""
    for after in range(index, index + _GROUPS_AT_MOST):
        word = line.word(after)
        if not word.isdecimal() and not (word in {"-", "(", ")"} and line.word(after + 1).isdecimal()):
            return after
    return index + _GROUPS_AT_MOST


def _is_phone(line: Line, index: int) -> bool:
    """Long figures, or groups of them in a row: `0412 345 678`, `9385-1000`."""
    word = line.word(index)
    if len(word) >= 5:
        return not (len(word) == 8 and word.startswith("20"))
    end = _end_of_figures(line, index)
    groups = [line.word(at) for at in range(index, end) if line.word(at).isdecimal()]
    if len(groups) < 2 or sum(map(len, groups)) < _SHORTEST_PHONE:
        return False
    return (
        any(len(group) >= 3 for group in groups)
        and not _is_iso(groups)
        and not _is_range(line, index, groups)
    )


def _is_iso(groups: list[str]) -> bool:
    return len(groups) >= 3 and len(groups[0]) == 4 and groups[0].startswith("20") and len(groups[1]) == 2


def _is_range(line: Line, index: int, groups: list[str]) -> bool:
    """`1400-1530`: two times of day with a dash between."""
    dates = len(groups) == 3 and len(groups[2]) == 4 and line.word(index + 1) == "-"
    times = len(groups) == 2 and all(
        len(group) == 4 and group[2] < "6" and group < "2401" for group in groups
    )
    return dates or (times and line.word(index + 1) == "-")


def _labelled(line: Line, index: int) -> int:
    """`level 3`, `week 5`; `lab 3pm` and `lab 2-4` are no labels."""
    at = index + 1 + (line.word(index + 1) in {"#", ".", ":"})
    if line.word(at) in {"number", "no"}:
        at += 1
    if line.number(at) is None:
        return index
    follows = line.word(at + 1)
    if follows in {":", "am", "pm", "oclock", "st", "nd", "rd", "th"} or (
        follows in {"p", "a", "h"} and line.is_glued(at + 1)
    ):
        return index
    ranged = follows in {"-", "to", "until"} and bool(line.word(at + 2))
    if (ranged or len(line.word(at)) >= 3) and line.word(index) in _MAYBE_LABELS:
        return index
    return at + 1 + (2 if ranged and line.number(at + 2) is not None else 0)


def _course_code(line: Line, index: int) -> int:
    """`comp 1511`, `math 1081`: a few letters that mean nothing else, then four figures."""
    if (
        len(line.word(index + 1)) != 4
        or line.word(index) in KNOWN
        or line.word(index + 2) in {"hrs", "hours", "h"}
    ):
        return index
    return index + 2
