"""Replies to a text that has to be asked about, or that asks for nothing: questions, problems, small talk."""

import re
from collections.abc import Callable, Iterator

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import join_with_or
from bot.chat.reply import Button, ButtonStyle, Reply, Tone
from bot.chat.request import PlatformName
from bot.conversation.search import parse_text, summary_of
from bot.conversation.typed_options import parse_request, replace_in_options
from bot.language import Clarification, ParseResult, ProblemReason, SmallTalk

AnswerButton = Callable[[ParseResult, str], Button | None]
"""The button, with this label, for one answer to a question; None when that answer allows none."""

EXAMPLE = "room for 6 tomorrow at 3pm"
_SHORTCUTS = (
    Button(Action.FREE_NOW, "Free now", style=ButtonStyle.PRIMARY),
    Button(Action.MY_BOOKINGS, "My bookings"),
    Button(Action.HELP, "Help"),
)
_SMALL_TALK = {
    SmallTalk.THANKS: "You're welcome!",
    SmallTalk.GREETING: f"Hi! I find and book rooms. Try “{EXAMPLE}”.",
    SmallTalk.FAREWELL: "See you!",
    SmallTalk.ACKNOWLEDGEMENT: "Okay! Tell me when you need a room.",
    SmallTalk.QUESTION: f"I'm Roomie, a bot that finds and books rooms. Try “{EXAMPLE}”.",
    SmallTalk.REMARK: "Okay! Tell me when you need a room.",
}
_WITH_SHORTCUTS = {SmallTalk.GREETING, SmallTalk.QUESTION}
_MAX_LABEL = 75
_REQUEST_WORDS = re.compile(
    r"\b(?:rooms?|spaces?|places?|somewhere|anywhere|anything|something|free|available|empty|open|book(?:ing)?"
    r"|reserve|need|want|like|looking|find|get|have|seats?|venues?|slots?|(?:can|could|may) (?:i|we)"
    r"|where|please|pls|plz|for (?:me|us))\b",
    re.IGNORECASE,
)
_STATEMENT = re.compile(
    r"\b(?:i|we|he|she|they|it|you|is|are|was|were|has|had|did|does|what|who|why|when|which)\b", re.IGNORECASE
)
_CLOCK = re.compile(r"(?<![\d:.])(\d{1,2}):(\d{2})(?![\d:])", re.ASCII)
_DAY_MINUTES = 24 * 60


def clarification(
    context: CommandContext, reading: ParseResult, answer: AnswerButton | None = None
) -> Reply | None:
    """The reply to a text that is small talk, unreadable or ambiguous; None when all is clear.

    With `answer`, a question has a button for each of its answers.
    """
    if reading.small_talk is not None:
        return small_talk_reply(reading.small_talk)
    if (problem := clock_problem(reading)) is not None:
        return Reply((problem,), tone=Tone.UNCLEAR)
    if reading.problem is None and reading.clarification is None:
        return _ask_about_remark(context, reading, answer) if answer is not None else None
    if context.request.is_free_text and _understood_nothing(reading):
        return _not_understood(reading)
    message = (
        reading.problem.message
        if reading.problem is not None
        else reading.clarification.message
        if reading.clarification is not None
        else ""
    )
    buttons = tuple(_answers(context, reading, answer)) if answer is not None else ()
    return Reply((message,), tone=Tone.UNCLEAR, actions=buttons)


def word_hint(context: CommandContext, *answers: str) -> str:
    """What may be answered without a command, where the requester writes to Roomie in plain words."""
    request = context.request
    is_terminal = request.requester.platform is PlatformName.TERMINAL
    if context.account is None or not (request.is_direct or request.is_free_text or is_terminal):
        return ""
    return f" You can just say {join_with_or(f'“{each}”' for each in answers)}."


def _ask_about_remark(context: CommandContext, reading: ParseResult, answer: AnswerButton) -> Reply | None:
    """The question what is wanted, for a remark that only names a time: `we lost 3-0 on saturday`."""
    if not (context.request.is_free_text and reading.unparsed and reading.when is not None):
        return None
    if _names_room(reading) or _REQUEST_WORDS.search(reading.text) or not _STATEMENT.search(reading.text):
        return None
    summary = summary_of(context, replace(reading, unparsed=()))
    button = answer(reading, f"Free rooms: {summary}"[:_MAX_LABEL])
    return Reply(
        (f"I read “{summary}”, but I'm not sure what you'd like. Do you need a room then?",),
        tone=Tone.UNCLEAR,
        actions=() if button is None else (button,),
    )


def _names_room(reading: ParseResult) -> bool:
    """Whether a text says anything of a room."""
    values = (reading.capacity, reading.usage, reading.building, reading.room, reading.location, reading.near)
    return any(values) or bool(reading.equipment or reading.society or reading.title)


def clock_problem(reading: ParseResult) -> str | None:
    """The sentence about a time that no clock shows, such as `25:00`, among the words without a meaning."""
    unread = [*reading.unparsed, reading.problem.parsed_text if reading.problem is not None else ""]
    found = (match for each in unread for match in _CLOCK.finditer(each))
    clock = next((each[0] for each in found if not _is_clock(int(each[1]), int(each[2]))), None)
    if clock is None:
        return None
    return f"I didn't understand “{clock}”: a day has 24 hours, of 60 minutes. Try “tomorrow 15:00”."


def _is_clock(hours: int, minutes: int) -> bool:
    return minutes < 60 and hours * 60 + minutes <= _DAY_MINUTES


def small_talk_reply(kind: SmallTalk) -> Reply:
    return Reply((_SMALL_TALK[kind],), actions=_SHORTCUTS if kind in _WITH_SHORTCUTS else ())


def _understood_nothing(reading: ParseResult) -> bool:
    """Whether no word of the text meant anything."""
    problem = reading.problem
    return (
        problem is not None
        and problem.reason is ProblemReason.UNREADABLE
        and not any(character.isdecimal() for character in reading.text)
        and not reading.spans
    )


def _not_understood(reading: ParseResult) -> Reply:
    typed = " ".join(reading.text.split())[:60]
    return Reply(
        (f"Sorry, I didn't understand “{typed}”. I find and book rooms. Try “{EXAMPLE}”.",),
        tone=Tone.UNCLEAR,
        actions=_SHORTCUTS,
    )


def _answers(context: CommandContext, reading: ParseResult, answer: AnswerButton) -> Iterator[Button]:
    if reading.clarification is not None:
        for choice in reading.clarification.choices:
            chosen = _choose(context, reading, reading.clarification, choice)
            button = answer(chosen, choice[:_MAX_LABEL]) if chosen is not None else None
            if button is not None:
                yield button


def _choose(
    context: CommandContext, reading: ParseResult, question: Clarification, choice: str
) -> ParseResult | None:
    """The text parsed again, with the chosen phrase in place of the ambiguous words."""
    pattern = re.compile(re.escape(question.text), re.IGNORECASE)
    if context.options:
        chosen = replace_in_options(context, pattern, choice)
        return _if_clear(parse_request(chosen)) if chosen is not None else None
    text = " ".join(reading.text.split())
    if pattern.search(text) is None:
        return None
    return _if_clear(parse_text(replace(context, text=pattern.sub(lambda _: choice, text, count=1))))


def _if_clear(again: ParseResult) -> ParseResult | None:
    return None if again.problem is not None or again.clarification is not None else again
