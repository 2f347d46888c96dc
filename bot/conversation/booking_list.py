"""The requester's bookings as a list, page by page, with the buttons that change them."""

from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import (
    booking_item,
    check_in_button,
    guests_button,
    leave_button,
    own_title,
    room_name,
    short_id,
)
from bot.chat.reply import (
    Bold,
    Button,
    ButtonStyle,
    Code,
    Inline,
    Reply,
    ReplyItem,
    Text,
    Timestamp,
    TimestampStyle,
    Tone,
)
from bot.chat.request import PlatformName
from bot.conversation.alternatives import owner_buttons, remaining_quota
from bot.conversation.calendar_buttons import calendar_buttons
from bot.conversation.guest_list import owner_name, person_name
from bot.conversation.own_bookings import invited_bookings, is_own, upcoming_bookings
from bot.conversation.refusals import refusal_tone
from bot.conversation.series_text import common_time, weekday_plural
from bot.conversation.series_values import series_buttons
from bot.conversation.term_notes import week_note
from bot.conversation.transfer_offers import offer_item
from core.errors import BookingIsOver, UnknownBooking
from core.model import Booking
from core.services.series.change_plan import is_changed_by_hand
from core.services.sharing import is_waiting

_PAGE_SIZE = 20
_PAGE_SIZES = {PlatformName.DISCORD: 5}
_PAGE_SIZES_WITH_MORE = {PlatformName.DISCORD: 4}
"""A message of Discord has 40 components; a booking takes seven, eight with guests or as a series."""


async def booking_page(context: CommandContext, skip: int = 0) -> Reply:
    """One page of upcoming bookings, or how to make one."""
    invited = _invited_only(context)
    bookings = () if context.account is None and invited else upcoming_bookings(context)
    offers = () if context.account is None or skip else _offers(context)
    if not bookings and not invited and not offers:
        find = Button(Action.FREE_NOW, "Free now", style=ButtonStyle.PRIMARY)
        text = ("You have no upcoming bookings. Find a room with ", Code("/rooms free now 20 seats"), ".")
        return Reply(text, actions=(find, Button(Action.HELP, "How to book")))
    entries = [*group_by_series(bookings), *((each,) for each in invited)]
    size = _page_size(context, entries) - len(offers)
    skip = skip if skip < len(entries) or not entries else (len(entries) - 1) // size * size
    shown = entries[skip : skip + size]
    left = await remaining_quota(context)
    items = (*offers, *(_item(context, each, left) for each in shown))
    which = "" if len(shown) == len(entries) else f" These are {skip + 1} to {skip + len(shown)}."
    if which and len(entries) < len(bookings):
        which = f" This is the list from {skip + 1} to {skip + len(shown)} of {len(entries)}."
    counted = f"{_count_text(bookings, invited, offers)}{which}"
    return Reply((counted,), items=items, actions=_pages(skip, size, len(entries)))


def _page_size(context: CommandContext, entries: Sequence[Sequence[Booking]]) -> int:
    has_more_buttons = any(each[0].series_id is not None or each[0].guests for each in entries)
    sizes = _PAGE_SIZES_WITH_MORE if has_more_buttons else _PAGE_SIZES
    return sizes.get(context.request.requester.platform, _PAGE_SIZE)


def _count_text(bookings: Sequence[Booking], invited: Sequence[Booking], offers: Sequence[object]) -> str:
    """`You have 2 upcoming bookings, and you're invited to 1.`"""
    count = "1 upcoming booking" if len(bookings) == 1 else f"{len(bookings)} upcoming bookings"
    text = f"You have {count if bookings else 'no upcoming booking of your own'}"
    text += f", and you're invited to {len(invited)}." if invited else "."
    if offers:
        text += " Somebody offers you a booking." if len(offers) == 1 else " There are offers for you."
    return text


def group_by_series(bookings: Sequence[Booking]) -> list[tuple[Booking, ...]]:
    """The bookings, those of one series together in the place of the first."""
    groups: dict[str, list[Booking]] = {}
    for booking in bookings:
        groups.setdefault(booking.series_id or booking.id, []).append(booking)
    return [tuple(each) for each in groups.values()]


def _item(context: CommandContext, entry: tuple[Booking, ...], quota_left: int | None) -> ReplyItem:
    first, room = entry[0], context.read_model.catalogue.rooms.get(entry[0].room_id)
    week = week_note(context.services, first.interval.start)
    if not is_own(context, first):
        return _invited_item(context, first, week)
    if first.series_id is None:
        notes = week + _closed_note(context, [first])
        guests = (guests_button(first),) if first.guests else ()
        item = booking_item(first, room, *owner_buttons(context, first, quota_left), *guests, week=notes)
        return replace(item, detail=(*item.detail, *_sharing_notes(context, first)))
    return series_item(context, entry)


_MAX_OFFERS = 2
"""On a page; the others follow when these are answered."""


def _offers(context: CommandContext) -> tuple[ReplyItem, ...]:
    """The bookings that are offered to the requester, with *Accept* and *No thanks*."""
    waiting = context.services.sharing.offered(context.person.id)
    return tuple(offer_item(context, *each) for each in waiting[:_MAX_OFFERS])


def _invited_only(context: CommandContext) -> tuple[Booking, ...]:
    """The bookings to which the requester is invited, without their own."""
    return tuple(each for each in invited_bookings(context) if not is_own(context, each))


def _invited_item(context: CommandContext, booking: Booking, week: str) -> ReplyItem:
    """List item of somebody else's booking, for a guest."""
    room, now = context.read_model.catalogue.rooms.get(booking.room_id), context.services.clock.now()
    can_check_in = booking.interval.start <= now and booking.checked_in_at is None
    here = (check_in_button(booking),) if can_check_in else ()
    buttons = (*here, guests_button(booking), leave_button(booking), *calendar_buttons(context, booking))
    item = booking_item(booking, room, *buttons, week=week)
    return replace(item, detail=(*item.detail, " · invited by ", owner_name(context, booking)))


def _sharing_notes(context: CommandContext, booking: Booking) -> Text:
    """Notes on guests, and on an offer that waits for an answer."""
    notes: list[Inline] = []
    if booking.guests:
        notes.append(f" · {len(booking.guests)} guest{'' if len(booking.guests) == 1 else 's'}")
    transfer = booking.transfer
    if transfer is not None and is_waiting(booking, transfer, context.services.clock.now()):
        is_swap = transfer.swap_with is not None
        notes += [" · swap offered"] if is_swap else [" · offered to ", person_name(context, transfer.to)]
    return tuple(notes)


def series_item(context: CommandContext, dates: Sequence[Booking]) -> ReplyItem:
    """List item of a series: `Tuesdays 19:00, 8 to come, next 17 Mar`.

    Dates that were changed alone have no say in its time.
    """
    first, rooms, zone = dates[0], {each.room_id for each in dates}, context.services.rules.zone
    followed = [each for each in dates if not is_changed_by_hand(each)] or dates
    weekday, clock = common_time(each.interval.start.astimezone(zone) for each in followed)
    has_other_time = f"{first.interval.start.astimezone(zone):%H:%M}" != clock
    when = (
        f"{weekday_plural(weekday)} {clock}" if weekday is not None and len(dates) > 1 else f"Series {clock}"
    )
    room = context.read_model.catalogue.rooms.get(first.room_id)
    where = (room_name(room) if room else first.room_id) if len(rooms) == 1 else f"{len(rooms)} rooms"
    title: list[Inline] = [Bold(where)]
    if named := own_title(first):
        title += [" · ", named]
    detail: Text = (
        f"{when}, {len(dates)} to come, next ",
        Timestamp(first.interval.start, TimestampStyle.DATETIME if has_other_time else TimestampStyle.DATE),
        f"{_closed_note(context, dates)} · ",
        Code(short_id(first)),
    )
    buttons = series_buttons(first.series_id) if first.series_id is not None else ()
    return ReplyItem(tuple(title), detail, buttons)


def _closed_note(context: CommandContext, bookings: Sequence[Booking]) -> str:
    """Says that the room is closed during a booking, or during how many of several."""
    availability = context.read_model.availability
    closures = [
        {
            each.name
            for each in availability.schedule(booking.room_id).conflicts(*_seconds(booking))
            if each.is_closure
        }
        for booking in bookings
    ]
    found = [names for names in closures if names]
    if not found:
        return ""
    names = sorted(set().union(*found) - {"Closed"})
    why = f" ({', '.join(names)})" if names else ""
    return f", closed then{why}" if len(bookings) == 1 else f", {len(found)} of them closed{why}"


def _seconds(booking: Booking) -> tuple[int, int]:
    return int(booking.interval.start.timestamp()), int(booking.interval.end.timestamp())


def _pages(skip: int, size: int, total: int) -> tuple[Button, ...]:
    buttons = []
    if skip:
        buttons.append(Button(Action.MY_BOOKINGS, "Back", str(max(0, skip - size))))
    if (left := total - skip - size) > 0:
        buttons.append(Button(Action.MY_BOOKINGS, f"{left} more", str(skip + size)))
    return tuple(buttons)


async def with_other_bookings(context: CommandContext, reply: Reply) -> Reply:
    """Adds the bookings that remain, so that they stay in view when the reply takes the list's place."""
    if not upcoming_bookings(context):
        return reply
    page = await booking_page(context)
    return replace(
        reply, text=(*reply.text, " ", *page.text), items=page.items, actions=(*reply.actions, *page.actions)
    )


async def renew_if_gone(context: CommandContext, answer: Callable[[], Awaitable[Reply]]) -> Reply:
    """The answer to a button of a booking; the list of bookings, renewed, where the booking is gone."""
    try:
        return await answer()
    except (UnknownBooking, BookingIsOver) as gone:
        is_over = isinstance(gone, BookingIsOver)
        lead: Text = ("That booking is over. " if is_over else "I can't find that booking any more. ",)
        page = await booking_page(context)
        return replace(
            page,
            text=(*lead, *page.text),
            tone=refusal_tone(gone) if not page.items else Tone.REFUSED,
            replaces=True,
            code=gone.code,
        )
