"""Closures as people type and read them."""

import re
from datetime import timedelta

from msgspec.structs import replace

from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Inline, TimeRange
from bot.conversation.typed_options import parse_request
from bot.language import ParseResult, TimeKind
from core.errors import Invalid, NotPermitted
from core.interval import Interval
from core.localtime import local_instant
from core.model import Booking, BuildingId, Closure, RoomId
from core.policy.blocking import is_blocked
from core.services.closures import NewClosure
from core.services.operators import is_operator

_CAMPUS = re.compile(r"(?<![\w\"“])(?:the\s+)?(?:(?:whole|entire)\s+)?campus(?![\w\"”])", re.IGNORECASE)
_YEARLY = re.compile(r"(?<!\w)(?:yearly|annually|(?:every|each)\s+year)(?!\w)", re.IGNORECASE)
_CONFIRMED = re.compile(r"(?<!\S)(?:--|—|–)?yes\s*$", re.IGNORECASE)
_EXAMPLE = "For example: /rooms close Wren saturday 9-17 “exam”."


def may_close(context: CommandContext) -> bool:
    """Whether the requester is an operator or an administrator, and not blocked."""
    if context.account is None or is_blocked(context.account.person, context.services.clock.now()):
        return False
    person = context.account.person
    return person.is_admin or is_operator(person, context.services.operators)


def require_operator(context: CommandContext) -> str:
    """The requester as an actor of the audit trail; `NotPermitted` unless they are an operator."""
    if not may_close(context) and context.person is not None:
        raise NotPermitted("Only operators can close and open rooms. Ask an administrator.")
    return f"person:{context.person.id}"


class ClosureText:
    """A text, or typed options, that name a place, and perhaps a time and a reason (in quotes, in a text)."""

    def __init__(self, context: CommandContext) -> None:
        self._context = context
        options, text = dict(context.options), context.text
        if options:
            self.is_confirmed = bool(options.pop("confirm", ""))
            self.is_yearly, options["when"] = _take(_YEARLY, options.get("when", ""))
            self.is_campus, options["where"] = _take(_CAMPUS, options.get("where", ""))
        else:
            self.is_confirmed = _CONFIRMED.search(text) is not None
            self.is_yearly, text = _take(_YEARLY, _CONFIRMED.sub("", text))
            self.is_campus, text = _take(_CAMPUS, text)
        self.reading: ParseResult = parse_request(replace(context, options=options, text=text))

    @property
    def place(self) -> tuple[RoomId | None, BuildingId | None] | None:
        """The room or building; both None for the campus, None for no place."""
        reading = self.reading
        if reading.room is not None:
            return reading.room, None
        if (building := reading.building or reading.near) is not None:
            return None, building
        return (None, None) if self.is_campus else None

    def closure(self) -> NewClosure:
        """What to close; raises `Invalid` with what is missing."""
        reading, place = self.reading, self.place
        if reading.unparsed:
            words = " ".join(reading.unparsed)[:60]
            hint = "" if self._context.options else f" Put the reason in quotes. {_EXAMPLE}"
            raise Invalid(f"I don't understand “{words}”.{hint}")
        if place is None:
            raise Invalid(f"What is closed? Name a room or a building, or say campus. {_EXAMPLE}")
        return NewClosure(self.interval(), reading.title or "", *place, is_yearly=self.is_yearly)

    def interval(self) -> Interval:
        """The time of the text, whole days where it names no hours."""
        when = self.reading.when
        if when is None:
            raise Invalid(f"From when to when? {_EXAMPLE}")
        if when.recurrence is not None or self.reading.also or self.reading.excluded:
            raise Invalid(
                "A closure is one stretch of time, once or every year. Close each date with its own command."
            )
        if when.kind is TimeKind.DAY:
            return self._days(Interval(when.start, when.end or when.start + timedelta(days=1)))
        if when.end is None:
            raise Invalid(f"Until when? {_EXAMPLE}")
        return Interval(when.start, when.end)

    def _days(self, days: Interval) -> Interval:
        """The same calendar days of the campus."""
        zone, own = self._context.services.rules.zone, self._context.zone
        first, last = days.start.astimezone(own).date(), days.end.astimezone(own).date()
        return Interval(local_instant(first, 0, zone), local_instant(last, 0, zone))


def _take(pattern: re.Pattern[str], text: str) -> tuple[bool, str]:
    """Whether a text has these words outside of quotes, and the text without them."""
    is_found = pattern.search(_unquoted(text)) is not None
    return is_found, pattern.sub(" ", text) if is_found else text


def _unquoted(text: str) -> str:
    return re.sub(r"[\"“][^\"”]*[\"”]?", " ", text)


def place_name(context: CommandContext, room_id: RoomId | None, building_id: BuildingId | None) -> str:
    """`Wren G01 (H-C12-G01)`, `Wren Building` or `The whole campus`."""
    catalogue = context.read_model.catalogue
    if room_id is not None:
        room = catalogue.rooms.get(room_id)
        return room_name(room) if room is not None else room_id
    if building_id is not None:
        building = catalogue.buildings.get(building_id)
        return building.name if building is not None else building_id
    return "The whole campus"


def closure_text(context: CommandContext, closure: Closure | NewClosure) -> tuple[Inline, ...]:
    """The place, the time and the reason of a closure."""
    yearly = ", every year" if closure.is_yearly else ""
    reason = f" ({closure.reason})" if closure.reason else ""
    place = Bold(place_name(context, closure.room_id, closure.building_id))
    return (place, ", ", TimeRange(closure.interval), f"{yearly}{reason}")


def holder_name(context: CommandContext, booking: Booking) -> str:
    """Who holds a booking, for operators."""
    directory = context.read_model.directory
    society = directory.societies.get(booking.society_id) if booking.society_id is not None else None
    name = directory.name(booking.booked_by) if booking.booked_by is not None else ""
    if society is not None:
        return f"{name} for {society.name}" if name else society.name
    return name
