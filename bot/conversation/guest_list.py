"""Names of people on a booking, and the list of who is coming."""

from collections.abc import Iterable

from bot.chat.command import CommandContext
from bot.chat.formatting import booking_text, leave_button
from bot.chat.reply import Bold, Button, Choice, Inline, Mention, Option, Reply, Text
from bot.conversation.own_bookings import attendee, is_own
from core.model import Booking, Guest, Identity, Person, PersonId
from core.services.ownership import guest_of

REMOVE_GUEST = "remove_guest"
_MAX_OPTIONS = 25
"""Discord's limit of a menu."""
_PLATFORMS = {"slack": "Slack", "discord": "Discord"}


def person_name(context: CommandContext, person_id: PersonId | None) -> Inline:
    """A person with an account, by name; linked where the reader's platform knows them."""
    account = context.read_model.directory.people.get(person_id) if person_id is not None else None
    if account is None:
        return "someone"
    return Mention(_display_name(account.person), _near(context, account.identities))


def _display_name(person: Person) -> str:
    return person.name or person.username


def _near(context: CommandContext, identities: Iterable[Identity]) -> Identity | None:
    """Their chat account where the reader is."""
    place = context.request.requester.identity.rpartition(":")[0]
    return next((each for each in identities if each.rpartition(":")[0] == place), None)


def guest_name(context: CommandContext, guest: Guest) -> Inline:
    """A guest, by name or mention; never by the id of a chat account."""
    if guest.identity is None:
        return person_name(context, guest.person_id)
    if (account := context.read_model.directory.by_identity(guest.identity)) is not None:
        return person_name(context, account.person.id)
    if _near(context, (guest.identity,)) is not None or guest.name:
        return Mention(guest.name, guest.identity)
    return _platform_text(guest)


def _platform_text(guest: Guest) -> str:
    """`someone on Slack`, for a guest whose name is unknown."""
    return f"someone on {_PLATFORMS.get((guest.identity or '').partition(':')[0], 'another platform')}"


def owner_name(context: CommandContext, booking: Booking) -> Inline:
    """Whose booking it is: a person, or a society whose token made it."""
    if booking.booked_by is not None:
        return person_name(context, booking.booked_by)
    societies = context.read_model.directory.societies
    society = societies.get(booking.society_id) if booking.society_id is not None else None
    return Bold(society.name) if society is not None else "a society"


def names(context: CommandContext, guests: Iterable[Guest]) -> Text:
    """`Ann, Bob and Emily`."""
    return _listed([guest_name(context, each) for each in guests])


def _listed(people: list[Inline]) -> Text:
    text: list[Inline] = []
    for place, each in enumerate(people):
        separator = " and " if place == len(people) - 1 else ", "
        text += [*([separator] if place else []), each]
    return tuple(text)


def guest_list(context: CommandContext, booking: Booking, lead: Text = ()) -> Reply:
    """Who is coming, for the owner and the guests, each with what they may change."""
    room = context.read_model.catalogue.rooms.get(booking.room_id)
    everybody = _listed(
        [owner_name(context, booking), *(guest_name(context, each) for each in booking.guests)]
    )
    count = len(booking.guests) + 1
    text: Text = (
        *lead,
        *((" ",) if lead else ()),
        f"{count} {'person is' if count == 1 else 'people are'} coming: ",
        *everybody,
        ".",
    )
    return Reply(text, footer=booking_text(booking, room), actions=_actions(context, booking))


def _actions(context: CommandContext, booking: Booking) -> tuple[Button | Choice, ...]:
    if is_own(context, booking):
        options = tuple(
            Option(_label(context, each), f"{booking.id}~{each.key}")
            for each in booking.guests[:_MAX_OPTIONS]
        )
        return (Choice(REMOVE_GUEST, "Take somebody off…", options),) if options else ()
    requester = attendee(context)
    is_guest = guest_of(booking, requester.person_id, requester.identities) is not None
    return (leave_button(booking),) if is_guest else ()


def _label(context: CommandContext, guest: Guest) -> str:
    """The name alone: menus have no mentions."""
    match guest_name(context, guest):
        case Mention(name) if name:
            return name
        case str() as text:
            return text
    return _platform_text(guest)


def seats_note(context: CommandContext, booking: Booking) -> str:
    """A note where more people are coming than the room has seats."""
    room, people = context.read_model.catalogue.rooms.get(booking.room_id), len(booking.guests) + 1
    if room is None or not room.capacity or people <= room.capacity:
        return ""
    return f" With you that's {people} people, and the room has {room.capacity} seats."
