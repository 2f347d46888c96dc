"""Finds which of the requester's bookings a text refers to."""

import re
from collections.abc import Callable, Iterable, Sequence

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_item
from bot.chat.reply import Button, Reply, Tone
from bot.conversation.search import parse_text
from bot.language import ParseResult, TimeKind
from core.errors import Invalid, NoBookings, NotYourBooking, UnknownBooking
from core.model import Booking, Role
from core.names import one_line
from core.services.ownership import owns
from core.services.sharing import Attendee

_ID = re.compile(r"#?([0-9a-fA-F]{4,8}|[0-9a-fA-F]{8}-[0-9a-fA-F-]{0,27})")
_ONLY_WORDS = re.compile(r"\b(?:my|the|a|booking|bookings|room|please|pls|one|it|that|this|in|at|on|for)\b")
_ALL = re.compile(r"^\s*(?:all|both|every|each|everything)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[:.'’][^\W_]+)*")
_QUOTES = ('"', "“", "'")
_MAX_CHOICES = 8


class AmbiguousBooking(Invalid):
    """The text matches several bookings, or none for sure; `bookings` are those to choose from."""

    code = "which_booking"

    def __init__(self, question: str, bookings: Sequence[Booking]) -> None:
        hint = "Your bookings are in /rooms mine." if bookings else "You have no bookings."
        super().__init__(f"{question} {hint}")
        self.question, self.bookings = question, tuple(bookings)


def which_of(bookings: Sequence[Booking]) -> AmbiguousBooking:
    """The question which of several is meant."""
    return AmbiguousBooking(f"That could be any of {len(bookings)} bookings.", bookings)


def choose_booking(
    context: CommandContext, ambiguous: AmbiguousBooking, to_button: Callable[[Booking], Button | None]
) -> Reply:
    """Asks which booking is meant, with a button for each; raises the error again when there are none."""
    rooms = context.read_model.catalogue.rooms
    items = tuple(
        booking_item(each, rooms.get(each.room_id), button)
        for each in first_of_series(ambiguous.bookings)[:_MAX_CHOICES]
        if (button := to_button(each)) is not None
    )
    if not items:
        raise ambiguous
    has_more = len(first_of_series(ambiguous.bookings)) > _MAX_CHOICES
    return Reply(
        (ambiguous.question,),
        tone=Tone.UNCLEAR,
        items=items,
        actions=(Button(Action.MY_BOOKINGS, "All my bookings"),) if has_more else (),
        code=ambiguous.code,
    )


def first_of_series(bookings: Iterable[Booking]) -> list[Booking]:
    """The bookings, and of each series only the first."""
    return list({each.series_id or each.id: each for each in reversed(tuple(bookings))}.values())[::-1]


def upcoming_bookings(context: CommandContext) -> tuple[Booking, ...]:
    """The requester's upcoming bookings; presidents also own those made with their society's token."""
    own = context.services.bookings.upcoming(context.person.id)
    if context.account is None:
        return own
    read_model, now = context.read_model, context.services.clock.now()
    presided = [each.society.id for each in context.account.memberships if each.role is Role.PRESIDENT]
    by_token = (
        booking
        for society_id in presided
        for booking in read_model.of_society(society_id)
        if booking.booked_by is None and booking.interval.end > now
    )
    return tuple(sorted((*own, *by_token), key=lambda each: (each.interval.start, each.id)))


def attendee(context: CommandContext) -> Attendee:
    """The requester with all their chat accounts; guests need no account of Roomie."""
    identity = context.request.requester.identity
    if context.account is None:
        return Attendee(None, (identity,))
    return Attendee(
        context.account.person.id, tuple({identity: None, **dict.fromkeys(context.account.identities)})
    )


def is_own(context: CommandContext, booking: Booking) -> bool:
    """Whether the requester may change the booking: as its owner, or as a president."""
    if context.account is None:
        return False
    role = context.account.role_in(booking.society_id) if booking.society_id is not None else None
    return owns(booking, context.account.person.id, role)


def invited_bookings(context: CommandContext) -> tuple[Booking, ...]:
    """The upcoming bookings to which the requester is invited."""
    return context.services.sharing.invited(attendee(context))


def attended_bookings(context: CommandContext) -> tuple[Booking, ...]:
    """The requester's own upcoming bookings, and those to which they are invited."""
    own = () if context.account is None else upcoming_bookings(context)
    found = {each.id: each for each in (*own, *invited_bookings(context))}
    return tuple(sorted(found.values(), key=lambda each: (each.interval.start, each.id)))


def resolve_booking(context: CommandContext, text: str) -> tuple[Booking, str]:
    """The booking whose id starts with the first word, or the only one; and the rest of the text."""
    bookings = upcoming_bookings(context)
    first, _, rest = text.strip().partition(" ")
    if found := _with_id_like(context, bookings, first):
        return _only(context, found), rest.strip()
    named, to, target = text.strip().partition(" to ")
    if to and (found := named_by_title_or_room(context, named)):
        return _only(context, found), target.strip()
    if found := _leading_title(bookings, text):
        return _only(context, found), _after_title(text, title_words(_title_of(found[0])))
    return _only(context, bookings), text.strip()


def named_by_title_or_room(context: CommandContext, text: str) -> list[Booking]:
    """The bookings that a text names by title or room, never by a time: `3 to 5pm` is no booking at 3."""
    bookings = upcoming_bookings(context)
    if found := titled(bookings, text) or _partly_titled(bookings, text):
        return found
    reading = parse_text(replace(context, text=text))
    if reading.room is None or reading.when is not None or reading.unparsed:
        return []
    return [each for each in bookings if _fits(each, reading, context)]


def _leading_title(bookings: Iterable[Booking], text: str) -> list[Booking]:
    """The bookings with whose title the text begins; of several titles those with the longest."""
    words = _essential_words(text)
    found = [
        each for each in bookings if (title := title_words(_title_of(each))) and words[: len(title)] == title
    ]
    longest = max((len(title_words(_title_of(each))) for each in found), default=0)
    return [each for each in found if len(title_words(_title_of(each))) == longest]


def _after_title(text: str, title: Sequence[str]) -> str:
    """What a text says behind the title that it begins with; the quotes of another title stay."""
    words = list(_WORD.finditer(text))
    while words and _ONLY_WORDS.fullmatch(words[0][0].casefold()):
        del words[0]
    begin, rest = words[0].start(), text[words[len(title) - 1].end() :]
    is_quoted = begin > 0 and text[begin - 1] in _QUOTES
    return rest[1:].strip() if is_quoted else rest.strip()


def _with_id_like(context: CommandContext, bookings: Iterable[Booking], word: str) -> list[Booking]:
    """The bookings whose id begins with a word.

    For a whole id that none has raises `NotYourBooking` if the requester is invited to it, else
    `UnknownBooking`.
    """
    match = _ID.fullmatch(word)
    if match is None:
        return []
    start = match.group(1).lower()
    found = [each for each in bookings if each.id.startswith(start)]
    if not found and (len(start) >= 8 or word.startswith("#")):
        is_invited = any(each.id.startswith(start) for each in invited_bookings(context))
        raise NotYourBooking if is_invited else UnknownBooking
    return found


def resolve_request(context: CommandContext) -> tuple[Booking, str]:
    """The booking that a change is about, and the rest of the text; of typed options only the booking."""
    if context.options:
        return find_booking(context, context.argument("booking")), ""
    return resolve_booking(context, context.text)


def find_booking(context: CommandContext, text: str, bookings: Sequence[Booking] | None = None) -> Booking:
    """The booking that a text names by id, title, room or time, or the only one.

    Of `bookings`, by default the requester's own.
    """
    bookings = upcoming_bookings(context) if bookings is None else bookings
    if not bookings and not _ID.fullmatch(text.strip()):
        raise NoBookings
    if found := _with_id_like(context, bookings, text.strip()) or titled(bookings, text):
        return _only(context, found)
    if not _ONLY_WORDS.sub(" ", text.casefold()).strip(" .!?"):
        return _only(context, bookings)
    if _ALL.search(text) and len(bookings) > 1:
        raise AmbiguousBooking("One booking at a time, please: which one?", bookings)
    if found := _beside_title(context, bookings, text):
        return _only(context, found)
    reading = parse_text(replace(context, text=text))
    if reading.unparsed or reading.problem is not None or not _names_a_booking(reading):
        if found := _partly_titled(bookings, text):
            return _only(context, found)
        unread = reading.problem.parsed_text if reading.problem is not None else ", ".join(reading.unparsed)
        unread = unread or one_line(text)
        raise AmbiguousBooking(f"I can't tell which booking “{unread[:60]}” is.", bookings)
    fitting = [each for each in bookings if _fits(each, reading, context)]
    return _only(context, fitting or [each for each in bookings if _fits_on_any_day(each, reading, context)])


def titled(bookings: Iterable[Booking], text: str) -> list[Booking]:
    """The bookings whose title is the text, give or take words such as `my` and `booking`."""
    wanted = (title_words(text), _essential_words(text))
    return [each for each in bookings if (words := title_words(_title_of(each))) and words in wanted]


def _beside_title(context: CommandContext, bookings: Sequence[Booking], text: str) -> list[Booking]:
    """The bookings whose whole title is in the text, and that fit the rest (`committee on friday`)."""
    words, found = _essential_words(text), list[Booking]()
    for each in sorted(bookings, key=lambda each: -len(_title_of(each))):
        title = title_words(_title_of(each))
        at = _find_run(words, title) if title else None
        if at is None or (found and _title_of(found[0]) != _title_of(each)):
            continue
        rest = " ".join((*words[:at], *words[at + len(title) :]))
        reading = parse_text(replace(context, text=rest))
        if not reading.unparsed and reading.problem is None and _fits(each, reading, context):
            found.append(each)
    return found


def _partly_titled(bookings: Iterable[Booking], text: str) -> list[Booking]:
    """The bookings whose title has all words of the text, one after another."""
    words = _essential_words(text)
    return [each for each in bookings if words and _find_run(title_words(_title_of(each)), words) is not None]


def title_words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))


def _essential_words(text: str) -> tuple[str, ...]:
    """The words of a text without those before and after that only say that it is a booking."""
    words = list(title_words(text))
    while words and _ONLY_WORDS.fullmatch(words[0]):
        del words[0]
    while words and _ONLY_WORDS.fullmatch(words[-1]):
        del words[-1]
    return tuple(words)


def _find_run(words: Sequence[str], run: Sequence[str]) -> int | None:
    """Where a run of words stands among others."""
    places = range(len(words) - len(run) + 1)
    return next((at for at in places if tuple(words[at : at + len(run)]) == tuple(run)), None)


def _names_a_booking(reading: ParseResult) -> bool:
    """Whether the text says anything by which a booking can be told from others."""
    return any((reading.when, reading.room, reading.building, reading.society, reading.title))


def _fits_on_any_day(booking: Booking, reading: ParseResult, context: CommandContext) -> bool:
    """Whether an hour without a day (`my 5pm`) is that of the booking, whatever its day."""
    when = reading.when
    if when is None or "day" not in reading.assumptions:
        return False
    local = booking.interval.start.astimezone(when.start.tzinfo)
    hours = {each.start.time() for each in (when, *reading.alternatives)}
    return local.time() in hours and _fits(booking, replace(reading, when=None), context)


def _fits(booking: Booking, reading: ParseResult, context: CommandContext) -> bool:
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    return (
        (reading.room is None or booking.room_id == reading.room)
        and (reading.building is None or (room is not None and room.building_id == reading.building))
        and (reading.title is None or _title_of(booking) == one_line(reading.title).casefold())
        and (reading.society is None or booking.society_id == reading.society)
        and _is_then(booking, reading)
    )


def _title_of(booking: Booking) -> str:
    return one_line(booking.title or booking.notes).casefold()


def _is_then(booking: Booking, reading: ParseResult) -> bool:
    """Whether it covers the given time, or lies in the given day or part of the day."""
    when = reading.when
    if when is None:
        return True
    if when.kind in {TimeKind.DAY, TimeKind.PART} and when.end is not None:
        return when.start < booking.interval.end and booking.interval.start < when.end
    if when.kind is TimeKind.DAY:
        return booking.interval.start.astimezone(when.start.tzinfo).date() == when.start.date()
    return booking.interval.start <= when.start < booking.interval.end


def _only(context: CommandContext, bookings: Iterable[Booking]) -> Booking:
    match tuple(bookings):
        case () if not attended_bookings(context):
            raise NoBookings
        case ():
            raise UnknownBooking
        case (booking,):
            return booking
        case (first, *others) if first.series_id is not None and all(
            each.series_id == first.series_id for each in others
        ):
            return first
        case several:
            raise which_of(several)
