"""Answers words that refer to the latest answer, or turns them into the request that they stand for."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import join_with_or
from bot.chat.reply import Button, ButtonStyle, Code, Inline, Reply, Subject, Tone
from bot.chat.request import ChatRequest, PlatformName
from bot.conversation.booking import already_booked
from bot.conversation.button_values import SlotValue, resolve_id
from bot.conversation.intents import detect_intent
from bot.conversation.memory.changes import change_topic, topic_of
from bot.conversation.memory.record import RememberedAnswer, RememberedButton, RememberedItem
from bot.conversation.memory.store import AnswerMemory
from bot.conversation.near_rooms import with_near_room
from bot.conversation.questions import EXAMPLE
from bot.conversation.search import parse_text
from bot.explaining import Explanations
from bot.language import FollowUp, FollowUpKind, FollowUpVerb, find_follow_up, find_lengths
from core.errors import Invalid, Unavailable
from core.model import Booking, BookingId, Room

_MAX_CHARACTERS = 200
_MAX_WORDS = 8
_MAX_OFFERED = 10
_COMMANDS = {
    FollowUpVerb.CANCEL: "rooms cancel",
    FollowUpVerb.EXTEND: "rooms extend",
    FollowUpVerb.MOVE: "rooms move",
    FollowUpVerb.SHARE: "rooms share",
    FollowUpVerb.CHECK_IN: "rooms here",
}
_OF_BOOKINGS = (Action.ASK_CANCEL, Action.CHECK_IN, Action.EXTEND, Action.SHARE)
"""Buttons whose value begins with a booking's id."""
_WORD = re.compile(r"[^\W_]+(?:[:.'’–-][^\W_]+)*")
_GROUP = re.compile(r"^/?\s*(?:rooms?\s+)?", re.IGNORECASE)
_FILLERS = frozenset({"for", "the", "a", "an", "please", "it", "is", "its", "it's"})
_ORDINALS = ("first", "second", "third", "fourth", "fifth")

Meaning = Reply | ChatRequest
"""An answer, or the request that the words stand for."""


class FollowUpReader:
    """Reads words that refer to the latest answer."""

    def __init__(self, memory: AnswerMemory) -> None:
        self._memory = memory

    async def read(self, context: CommandContext) -> Meaning | None:
        """What typed words mean; None for words that refer to nothing, which are a request of their own."""
        request = context.request
        if request.action or request.options or len(request.text) > _MAX_CHARACTERS:
            return None
        line = _GROUP.sub("", " ".join(request.text.split()))
        follow_up = _find_follow_up(request, line)
        is_short = 0 < len(line.split()) <= _MAX_WORDS
        may_answer = request.is_free_text and is_short
        if follow_up is None and not (is_short and _is_typed_plainly(request)):
            return None
        await context.services.prepared_names()
        answer = await self._recall(context)
        if answer is None:
            return (
                _nothing_to_refer_to(context, line)
                if follow_up is not None and follow_up.is_certain
                else None
            )
        if (meaning := await _plain_meaning(context, answer, line, in_part=may_answer)) is not None:
            return meaning
        follow_up = follow_up or (_number_of_choice(answer, line) if may_answer else None)
        if follow_up is not None and (meaning := await _apply(context, answer, follow_up)) is not None:
            return meaning
        is_search = detect_intent(line)[0] == "rooms free"
        if (
            may_answer
            and is_search
            and answer.subject.request
            and _is_answer(context, answer.subject.request, line)
        ):
            return replace(request, text=answer.subject.request.replace("{}", line), is_free_text=False)
        if follow_up is None or not follow_up.is_certain:
            return None
        return _nothing_to_refer_to(context, line) if _is_gone(context, answer) else _unclear(answer, line)

    async def _recall(self, context: CommandContext) -> RememberedAnswer | None:
        """The latest answer; none while the database is unreachable, when searches go on."""
        try:
            return await self._memory.recall(context)
        except Unavailable:
            return None


async def _plain_meaning(
    context: CommandContext, answer: RememberedAnswer, line: str, *, in_part: bool
) -> Meaning | None:
    """The words of a button, or `why?`."""
    if (button := _labelled(answer, line, in_part=in_part)) is not None:
        return _press(context.request, button)
    return await _why(context, answer) if detect_intent(line) == ("why", "") else None


async def _why(context: CommandContext, answer: RememberedAnswer) -> Meaning | None:
    """`why?` about the booking that was shown, unless something was refused since."""
    booking_id = answer.subject.booking_id or _only_booking(answer)
    if not booking_id or answer.shown_at is None:
        return None
    refused = await Explanations(context.services).last_refusal(context.person.id)
    if refused is not None and refused.at >= answer.shown_at.replace(microsecond=0):
        return None
    return replace(context.request, text=f"why {booking_id}", is_free_text=False)


def _find_follow_up(request: ChatRequest, line: str) -> FollowUp | None:
    """None also for `have it longer` and `make it weekly`, which are about a booking whatever was listed."""
    found = find_follow_up(line)
    if found is None or not request.is_free_text:
        return found
    command, _ = detect_intent(line)
    is_for_longer = command == "rooms extend" and found.verb is FollowUpVerb.TAKE and bool(found.text)
    return None if is_for_longer or command == "rooms repeat" else found


def _is_typed_plainly(request: ChatRequest) -> bool:
    """Whether a text is no command; at a terminal the first word of one needs no slash: `book all 10`."""
    is_at_terminal = request.requester.platform is PlatformName.TERMINAL
    return request.is_free_text or (is_at_terminal and not request.text.startswith("/"))


async def _apply(context: CommandContext, answer: RememberedAnswer, follow_up: FollowUp) -> Meaning | None:
    match follow_up.kind:
        case FollowUpKind.YES:
            return await _confirm(context, answer, follow_up)
        case FollowUpKind.NO:
            return _decline(context.request, answer) if answer.is_question or answer.is_choice else None
        case FollowUpKind.PICK:
            return await _pick(context, answer, follow_up)
    subject = _subject_at(answer, follow_up.position) if follow_up.position else answer.subject
    topic = topic_of(context, subject) if subject is not None else None
    return None if topic is None else await change_topic(context, topic, follow_up, _rooms(context, answer))


async def _confirm(context: CommandContext, answer: RememberedAnswer, follow_up: FollowUp) -> Meaning | None:
    """A yes to what was asked, or to what was shown to be booked; asks which one where there are several."""
    if answer.is_question:
        return _press(context.request, answer.buttons[0])
    if answer.pressable(Action.BOOK, Action.MOVE, Action.SERIES_BOOK):
        return await _take(context, answer, follow_up)
    is_menu = answer.is_choice and sum(bool(each.buttons) for each in answer.items) > 1
    return _which_one(answer) if is_menu else None


def _subject_at(answer: RememberedAnswer, position: int) -> Subject | None:
    """What an item of the list is about: its booking, or the slot that it offers."""
    item = _item_at(answer, position)
    if item is None:
        return None
    if (booking_id := _booking_of(item.buttons)) is not None:
        return Subject(booking_id=booking_id)
    book = next((each for each in item.buttons if each.action == Action.BOOK), None)
    return None if book is None else Subject(slot=book.value)


def _number_of_choice(answer: RememberedAnswer, line: str) -> FollowUp | None:
    """The pick that a bare number is where Roomie asked which one; anywhere else it is an hour."""
    is_number = line.isascii() and line.isdecimal() and len(line) <= 2
    if not is_number or not answer.is_choice or answer.is_question or answer.subject.request:
        return None
    position = int(line)
    is_listed = position > 0 and _item_at(answer, position) is not None
    return FollowUp(FollowUpKind.PICK, position=position, is_certain=False) if is_listed else None


def _is_gone(context: CommandContext, answer: RememberedAnswer) -> bool:
    """Whether an answer was about a booking that is over or cancelled, and about nothing else."""
    return bool(answer.subject.booking_id) and not answer.items and topic_of(context, answer.subject) is None


def _decline(request: ChatRequest, answer: RememberedAnswer) -> Meaning:
    """Presses the button that declines, if there is one."""
    keep = next((each for each in answer.buttons if each.action == Action.KEEP), None)
    return Reply(("Okay, nothing changed.",)) if keep is None else _press(request, keep)


async def _pick(context: CommandContext, answer: RememberedAnswer, follow_up: FollowUp) -> Meaning | None:
    """One of the list, or the only one that `it` can mean."""
    verb = follow_up.verb
    if follow_up.position:
        item = _item_at(answer, follow_up.position)
        if item is None:
            return None
        return _of_item(context, item, follow_up)
    if verb is None or verb is FollowUpVerb.TAKE:
        return await _take(context, answer, follow_up)
    if (booking_id := answer.subject.booking_id or _only_booking(answer)) is None:
        return None
    return _command(context.request, verb, booking_id, follow_up.text)


def _item_at(answer: RememberedAnswer, position: int) -> RememberedItem | None:
    """The item at a position of the list; without a list, the button at that position."""
    items: Sequence[RememberedItem] = [each for each in answer.items if each.buttons]
    if not items:
        items = [
            RememberedItem(each.label, (each,))
            for each in answer.buttons
            if (answer.is_choice and not answer.is_question) or each.action == Action.BOOK
        ]
    index = position - 1 if position > 0 else len(items) + position
    return items[index] if 0 <= index < len(items) else None


def _of_item(context: CommandContext, item: RememberedItem, follow_up: FollowUp) -> Meaning | None:
    verb = follow_up.verb
    if verb in {None, FollowUpVerb.TAKE} and len(item.buttons) == 1 and not follow_up.text:
        return _press(context.request, item.buttons[0])
    if verb is None:
        return _which_action(item)
    if verb is FollowUpVerb.TAKE:
        book = next((each for each in item.buttons if each.action == Action.BOOK), None)
        return None if book is None else _press(context.request, book)
    booking_id = _booking_of(item.buttons)
    return None if booking_id is None else _command(context.request, verb, booking_id, follow_up.text)


async def _take(context: CommandContext, answer: RememberedAnswer, follow_up: FollowUp) -> Meaning | None:
    """Books the only one, or the one that was asked about; what is booked already is said to be."""
    if follow_up.text:
        change = replace(follow_up, kind=FollowUpKind.CHANGE)
        topic = topic_of(context, answer.subject)
        return None if topic is None else await change_topic(context, topic, change, _rooms(context, answer))
    if answer.is_question and answer.buttons[0].action in {Action.BOOK, Action.MOVE, Action.SERIES_BOOK}:
        return _press(context.request, answer.buttons[0])
    if isinstance(booking := topic_of(context, answer.subject), Booking) and not answer.items:
        return await already_booked(context, booking, context.read_model.catalogue.room(booking.room_id))
    books = answer.pressable(Action.BOOK, Action.MOVE) or answer.pressable(Action.SERIES_BOOK)
    if len(books) == 1:
        return _press(context.request, books[0])
    return _which_one(answer) if len(books) > 1 else None


def _command(request: ChatRequest, verb: FollowUpVerb, booking_id: str, rest: str) -> ChatRequest:
    return replace(request, text=f"{_COMMANDS[verb]} {booking_id} {rest}".strip(), is_free_text=False)


def _press(request: ChatRequest, button: RememberedButton) -> Meaning:
    """The press of a button; one with a confirmation dialog is asked about first."""
    if button.confirm:
        yes = Button(button.action, "Yes", button.value, ButtonStyle.DANGER)
        return Reply((button.confirm,), actions=(yes,))
    return replace(request, text="", is_free_text=False, action=button.action, value=button.value)


def _booking_of(buttons: Sequence[RememberedButton]) -> str | None:
    """The id that the buttons of a booking carry."""
    of_bookings = (each.value for each in buttons if each.action in _OF_BOOKINGS)
    return next((BookingId(value.partition("~")[0]) for value in of_bookings), None)


def _only_booking(answer: RememberedAnswer) -> str | None:
    """The booking of a list that has only one."""
    found = {booking_id for item in answer.items if (booking_id := _booking_of(item.buttons)) is not None}
    return found.pop() if len(found) == 1 else None


def _rooms(context: CommandContext, answer: RememberedAnswer) -> tuple[Room, ...]:
    """The rooms that were listed to be booked."""
    rooms = context.read_model.catalogue.rooms
    books = (SlotValue.read(each.value) for each in answer.pressable(Action.BOOK))
    found = (rooms.get(resolve_id(each.room_id, rooms)) for each in books)
    return tuple(room for room in found if room is not None)


def _labelled(answer: RememberedAnswer, line: str, *, in_part: bool) -> RememberedButton | None:
    """The button whose words were typed, which in a list only one item has.

    Of a question, some words that no other button has are enough (`in_part`).
    """
    typed = _words(line)
    labels = [(each, _words(each.label)) for each in answer.buttons]
    for button, label in labels:
        if typed and typed == label:
            return button
    in_items = [each for item in answer.items for each in item.buttons if _words(each.label) == typed]
    if len(in_items) == 1:
        return in_items[0]
    wanted = set(typed) - _FILLERS
    if not wanted or not in_part or not (answer.is_choice or answer.is_question):
        return None
    fitting = [button for button, label in labels if wanted <= set(label)]
    return fitting[0] if len(fitting) == 1 and len(labels) > 1 else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _is_answer(context: CommandContext, request: str, line: str) -> bool:
    """Whether words are a room, a place, a time or a length, and nothing else."""
    if request.startswith(_COMMANDS[FollowUpVerb.EXTEND]) and find_lengths(line):
        return True
    try:
        answer = replace(context, text=line)
        reading = with_near_room(answer, parse_text(answer))
    except Invalid:
        return False
    is_clear = reading.problem is None and not reading.unparsed and reading.small_talk is None
    return is_clear and any((reading.when, reading.room, reading.building, reading.near))


def _which_one(answer: RememberedAnswer) -> Reply:
    """Asks which of several is meant, with a button for each of the first."""
    labelled = [(item.label, each) for item in answer.items for each in item.buttons[:1]]
    labelled = labelled or [(each.label, each) for each in answer.buttons]
    buttons = tuple(
        Button(each.action, label or each.label, each.value, confirm=each.confirm)
        for label, each in labelled[:_MAX_OFFERED]
    )
    return Reply(
        (f"Which one? I showed you {len(labelled)}. {_understood(answer)}",),
        tone=Tone.UNCLEAR,
        actions=buttons,
        subject=answer.subject,
    )


def _which_action(item: RememberedItem) -> Reply:
    buttons = tuple(
        Button(each.action, each.label, each.value, confirm=each.confirm) for each in item.buttons
    )
    return Reply((f"{item.label}: what would you like to do?",), tone=Tone.UNCLEAR, actions=buttons)


def _understood(answer: RememberedAnswer) -> str:
    """The words that would be understood after an answer."""
    words = []
    listed = sum(bool(each.buttons) for each in answer.items)
    if answer.is_question:
        words += ["yes", "no"]
    elif listed:
        words += [f"the {each} one" for each in _ORDINALS[: min(listed, 2)]] + (
            ["the last one"] if listed > 2 else []
        )
    else:
        words += [each.label for each in answer.buttons[:3]]
    if answer.subject.search or answer.subject.slot or answer.subject.booking_id:
        words += ["an hour later", "tomorrow instead"]
    return f"You can say {join_with_or(f'“{each}”' for each in words)}." if words else ""


def _unclear(answer: RememberedAnswer, line: str) -> Reply:
    text = f"I can't tell what “{line[:60]}” means here. {_understood(answer)}".strip()
    return Reply((text,), tone=Tone.UNCLEAR)


def _nothing_to_refer_to(context: CommandContext, line: str) -> Reply:
    """Answers are remembered for people with an account only."""
    reason = "I remember my last answer for ten minutes. "
    example: tuple[Inline, ...] = (f"Please say it in full, such as “{EXAMPLE}”.",)
    if context.account is None:
        reason = "I remember answers only for people who have logged in. "
        example = (f"Say it in full, such as “{EXAMPLE}”, or use ", Code("/login"), ".")
    return Reply((f"I don't know what “{line[:60]}” is about: {reason}", *example), tone=Tone.UNCLEAR)
