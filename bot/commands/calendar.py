"""`/calendar`: the address under which calendar programs follow one's bookings, a society's or a room."""

import asyncio

from msgspec.structs import replace

from bot.calendars.feeds import CampusFacts, read_booking
from bot.calendars.links import LINK_DAYS, CalendarLinks, free_busy_url, personal_links, room_links
from bot.chat.actions import Action
from bot.chat.command import ButtonAction, Command, CommandContext, CommandParameter, ParameterType
from bot.chat.formatting import booking_text, room_name
from bot.chat.reply import Bold, Button, ButtonStyle, Code, Reply, ReplyField, ReplyFile, Tone
from bot.chat.request import PlatformName
from bot.config.types import host_of, is_loopback
from bot.conversation.calendar_buttons import signed_link
from bot.conversation.own_bookings import attended_bookings
from bot.conversation.search import parse_text
from bot.conversation.society_arguments import society_in
from core.errors import Invalid, UnknownBooking, UnknownSociety
from core.model import Booking, Room, SocietyId

_RENEW_WORDS = {"new", "renew", "reset"}
_FILE_NAME = "booking.ics"
_NO_URL = "Calendars can't reach Roomie yet. Please ask its operator to set http.public_url."
_WARNING = "This address is secret: anyone who has it can see these bookings. Don't share it."
_LOCAL_ONLY = (
    "It works on this computer only; for other devices, Roomie's operator needs to set http.public_url."
)


async def handle(context: CommandContext) -> Reply:
    if not context.services.public_url:
        raise Invalid(_NO_URL)
    text, renew = context.argument("of").strip(), "new" in context.options
    first, _, rest = text.partition(" ")
    if not renew and first.casefold() in _RENEW_WORDS:
        text, renew = rest.strip(), True
    if not text:
        return await _secret_calendar(context, None, renew=renew)
    try:
        society_id = society_in(context, text)
    except UnknownSociety:
        return _room_calendar(context, _room(context, text))
    return await _secret_calendar(context, society_id, renew=renew)


async def handle_button(context: CommandContext) -> Reply:
    society_id = SocietyId(context.value) if context.value else None
    return replace(await _secret_calendar(context, society_id, renew=True), replaces=True)


async def add_booking(context: CommandContext) -> Reply:
    """The file of one booking, or the link to it; the requester's own, or one that they are invited to."""
    found = next((each for each in attended_bookings(context) if each.id == context.value), None)
    if found is None:
        raise UnknownBooking
    room = context.read_model.catalogue.rooms.get(found.room_id)
    if context.request.requester.platform is PlatformName.DISCORD:
        return Reply(
            ("Open this file to add ", *booking_text(found, room), " to your calendar."),
            footer=("/calendar shows how to follow all your bookings.",),
            file=ReplyFile(_FILE_NAME, await _booking_file(context, found)),
        )
    if not context.services.public_url:
        raise Invalid(_NO_URL)
    return Reply(
        ("Open this link to add ", *booking_text(found, room), " to your calendar:"),
        fields=(ReplyField("Link", (Code(signed_link(context, found)),)),),
        footer=(f"The link works for {LINK_DAYS} days. /calendar shows how to follow all your bookings.",),
    )


async def _booking_file(context: CommandContext, booking: Booking) -> bytes:
    """The booking as iCalendar, written in a thread: the first time zone takes the library long."""
    from bot.calendars.writer import write_calendar  # late: the library starts slowly

    services, read_model = context.services, context.read_model
    now = services.clock.now()
    campus = CampusFacts(read_model.catalogue, read_model.directory, services.rules.zone, now)
    calendar = await services.storage.read(lambda unit: read_booking(unit, booking, campus))
    return await asyncio.to_thread(write_calendar, calendar)


async def _secret_calendar(context: CommandContext, society_id: SocietyId | None, *, renew: bool) -> Reply:
    secret = await context.services.calendars.secret(context.person.id, society_id, renew=renew)
    links = personal_links(context.services.public_url, secret)
    society = context.read_model.directory.societies.get(society_id) if society_id is not None else None
    whose = f"the bookings of {society.name}" if society is not None else "your bookings"
    text = f"Subscribe to this calendar, and it will always show {whose}."
    if renew:
        text = f"Here is the new address, which shows {whose}. The old one has stopped working."
    warning = "The old address stops working immediately, in every calendar that uses it. Replace it?"
    new = Button("new_calendar", "New address", society_id or "", ButtonStyle.DANGER, confirm=warning)
    return Reply(
        (text,),
        tone=Tone.DONE if renew else Tone.INFO,
        fields=_addresses(links),
        actions=(*_programs(links), new),
        footer=(f"{_WARNING} {_reach(context)}".rstrip(),),
    )


def _room_calendar(context: CommandContext, room: Room) -> Reply:
    base = context.services.public_url
    links = room_links(base, room.id)
    times_only = ReplyField("Free/busy times only", (Code(free_busy_url(base, room.id)),))
    return Reply(
        ("Subscribe to this calendar to see when ", Bold(room_name(room)), " is taken. It is public."),
        fields=(*_addresses(links), times_only),
        actions=_programs(links),
        footer=tuple(filter(None, (_reach(context),))),
    )


def _reach(context: CommandContext) -> str:
    """A remark where only this computer's calendar programs reach the address."""
    return _LOCAL_ONLY if is_loopback(host_of(context.services.public_url)) else ""


def _addresses(links: CalendarLinks) -> tuple[ReplyField, ...]:
    return (
        ReplyField("Address", (Code(links.https),)),
        ReplyField("On a phone or a Mac", (Code(links.webcal),)),
    )


def _programs(links: CalendarLinks) -> tuple[Button, ...]:
    return (
        Button("calendar_google", "Google", url=links.google),
        Button("calendar_outlook", "Outlook", url=links.outlook),
        Button("calendar_apple", "Apple", url=links.apple),
    )


def _room(context: CommandContext, text: str) -> Room:
    found = parse_text(replace(context, text=text, options={})).room
    if found is None:
        raise Invalid(f"I don't know a society or room called {text}. For your own calendar, type /calendar.")
    return context.read_model.catalogue.room(found)


COMMAND = Command(
    name="calendar",
    summary="See your bookings in your own calendar",
    usage="/calendar [new] [SOCIETY or ROOM]",
    handle=handle,
    parameters=(
        CommandParameter("of", ParameterType.TEXT, "Your society or a room, instead of your own bookings"),
        CommandParameter("new", ParameterType.TEXT, "Replace the address", choices=("new",)),
    ),
    actions=(ButtonAction("new_calendar", handle_button), ButtonAction(Action.ADD_TO_CALENDAR, add_booking)),
    is_mutating=True,
)
