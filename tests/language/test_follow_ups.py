"""Short words that refer to an answer, and words that look like them but are requests of their own."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import FollowUp, FollowUpKind, FollowUpVerb, find_follow_up

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PICK, CHANGE = FollowUpKind.PICK, FollowUpKind.CHANGE


@pytest.mark.parametrize(
    ("text", "verb", "position", "rest"),
    [
        ("book it", FollowUpVerb.TAKE, 0, ""),
        ("Book it please!", FollowUpVerb.TAKE, 0, ""),
        ("ok, book that one", FollowUpVerb.TAKE, 0, ""),
        ("great, can you book it", FollowUpVerb.TAKE, 0, ""),
        ("i'll take it", FollowUpVerb.TAKE, 0, ""),
        ("that one please", None, 0, ""),
        ("the second one", None, 2, ""),
        ("second", None, 2, ""),
        ("The 3rd one.", None, 3, ""),
        ("number 3", None, 3, ""),
        ("no. 3", None, 3, ""),
        ("number three", None, 3, ""),
        ("#2", None, 2, ""),
        ("option 4", None, 4, ""),
        ("the last one", None, -1, ""),
        ("the last", None, -1, ""),
        ("book the third one", FollowUpVerb.TAKE, 3, ""),
        ("I'll take the first", FollowUpVerb.TAKE, 1, ""),
        ("let's go with number two", FollowUpVerb.TAKE, 2, ""),
        ("book it for 2 hours", FollowUpVerb.TAKE, 0, "for 2 hours"),
        ("cancel that", FollowUpVerb.CANCEL, 0, ""),
        ("cancel it", FollowUpVerb.CANCEL, 0, ""),
        ("please cancel this booking", FollowUpVerb.CANCEL, 0, ""),
        ("cancel the second one", FollowUpVerb.CANCEL, 2, ""),
        ("extend it", FollowUpVerb.EXTEND, 0, ""),
        ("extend it by 30 min", FollowUpVerb.EXTEND, 0, "by 30 min"),
        ("make it 30 min longer", FollowUpVerb.EXTEND, 0, "30 min longer"),
        ("shorten it by 15 min", FollowUpVerb.EXTEND, 0, "by 15 min shorter"),
        ("move it to friday 3pm", FollowUpVerb.MOVE, 0, "to friday 3pm"),
        ("move the first one to friday", FollowUpVerb.MOVE, 1, "to friday"),
        ("share it", FollowUpVerb.SHARE, 0, ""),
        ("check in to it", FollowUpVerb.CHECK_IN, 0, ""),
    ],
)
def test_one_of_what_was_shown_is_picked(text: str, verb: FollowUpVerb | None, position: int, rest: str):
    found = find_follow_up(text)

    assert found is not None
    assert (found.kind, found.verb, found.position, found.text) == (PICK, verb, position, rest)


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("an hour later", HOUR),
        ("one hour later please", HOUR),
        ("half an hour earlier", -HOUR / 2),
        ("30 min earlier", -HOUR / 2),
        ("90 minutes later", HOUR * 1.5),
        ("an hour and a half later", HOUR * 1.5),
        ("2 hours sooner", -2 * HOUR),
        ("make it an hour later", HOUR),
        ("move it an hour later", HOUR),
        ("earlier", -HOUR),
        ("a bit later", HOUR / 2),
        ("a little earlier", -HOUR / 2),
        ("something later", HOUR),
        ("a day later", DAY),
        ("two days earlier", -2 * DAY),
        ("a week later", 7 * DAY),
        ("the next day", DAY),
        ("the day before", -DAY),
    ],
)
def test_another_time_is_so_much_later_or_earlier(text: str, shift: timedelta):
    assert find_follow_up(text) == FollowUp(FollowUpKind.SHIFT, shift=shift)


def test_one_of_a_list_is_moved_by_so_much():
    assert find_follow_up("move the second one an hour later") == FollowUp(
        FollowUpKind.SHIFT, position=2, shift=HOUR
    )


@pytest.mark.parametrize(
    ("text", "change", "is_certain"),
    [
        ("tomorrow instead", "tomorrow", True),
        ("no, friday instead", "friday", True),
        ("instead at 4pm", "at 4pm", True),
        ("make it 6 people", "6 people", True),
        ("change it to 4pm", "4pm", True),
        ("make it tomorrow instead", "tomorrow", True),
        ("with a projector instead", "with a projector", True),
        ("what about friday?", "friday", False),
        ("how about 4pm", "4pm", False),
        ("and with a whiteboard", "with a whiteboard", False),
        ("what about wren instead", "wren", True),
        ("for 2 hours", "for 2 hours", False),
        ("2 hours", "2 hours", False),
        ("6 people", "6 people", False),
        ("for 6 people", "for 6 people", False),
    ],
)
def test_something_else_takes_the_place_of_what_was_asked(text: str, change: str, is_certain: bool):  # noqa: FBT001
    assert find_follow_up(text) == FollowUp(CHANGE, text=change, is_certain=is_certain)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        (FollowUpKind.LARGER, ["a bigger one", "bigger", "something larger", "a bigger room", "more seats"]),
        (
            FollowUpKind.ELSEWHERE,
            ["somewhere else", "elsewhere", "another building", "in a different building"],
        ),
        (
            FollowUpKind.OTHER,
            ["another room", "a different one", "something else", "show me more", "next page"],
        ),
        (FollowUpKind.YES, ["yes", "Yes please", "yep", "sure", "yes, do it", "go ahead", "do it"]),
        (FollowUpKind.NO, ["no", "nope", "no thanks", "never mind", "keep it", "forget it"]),
    ],
)
def test_other_rooms_and_answers_to_questions(kind: FollowUpKind, texts: list[str]):
    assert {text: found.kind for text in texts if (found := find_follow_up(text))} == dict.fromkeys(
        texts, kind
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "room for 6 tomorrow at 3pm",
        "book wren g02 tomorrow 3pm",
        "book a room",
        "book the first room in wren",
        "an hour later than usual for 6",
        "a bigger room for 20 tomorrow",
        "another room for 5 at 4pm",
        "how about a room for 5 tomorrow",
        "is there something free",
        "is it free",
        "later",
        "see you later",
        "later today",
        "in 2 hours",
        "in an hour",
        "tomorrow",
        "4pm",
        "friday",
        "the 3rd",
        "the 20th",
        "20th",
        "second floor",
        "the second half of march",
        "first week of term",
        "last week of term",
        "second thursday in april",
        "week 3",
        "1",
        "8",
        "6 people tomorrow",
        "2 hours tomorrow afternoon",
        "cancel my booking",
        "cancel my 5pm",
        "cancel all my bookings",
        "extend committee by 30 minutes",
        "make committee 30 minutes longer",
        "move my booking to friday",
        "good night",
        "thanks",
        "ok",
        "okay",
        "cool",
        "help",
        "no room for 6 is free",
        "yes room for 5 please tomorrow",
        "room number 3 on friday",
        "what else is on tomorrow",
    ],
)
def test_requests_of_their_own_are_no_follow_ups(text: str):
    assert find_follow_up(text) is None


def test_the_words_of_the_page_are_read():
    rows = re.findall(r"^\| [^`|]+ \| (`.+) \| .+ \|$", PAGE.read_text("utf-8"), re.MULTILINE)
    words = [each for row in rows for each in re.findall(r"`([^`]+)`", row)]

    assert len(words) > 30
    assert [each for each in words if find_follow_up(each) is None] == []


@given(st.text(max_size=300))
def test_any_text_is_read(text: str):
    find_follow_up(text)


@pytest.mark.parametrize("text", ["!" * 119 + "x", "a " * 59 + "bigger x", "yes " * 29 + "x", "the " * 30])
def test_long_texts_of_repeated_words_are_no_follow_ups(text: str):
    assert find_follow_up(text) is None
