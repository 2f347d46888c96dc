"""The requester's bookings as a list, page by page, with the buttons that change them."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import booking_item
from bot.chat.reply import Button, ButtonStyle, Code, Reply, Text, Tone
from bot.chat.request import PlatformName
from bot.conversation.alternatives import owner_buttons
from bot.conversation.own_bookings import upcoming_bookings
from bot.conversation.refusals import refusal_tone
from bot.conversation.term_notes import week_note
from core.errors import BookingIsOver, UnknownBooking

_PAGE_SIZE = 20
_PAGE_SIZES = {PlatformName.DISCORD: 6}
"""A message of Discord has 40 components, of which a booking takes up to six."""


def booking_page(context: CommandContext, skip: int = 0) -> Reply:
    """One page of upcoming bookings, or how to make one."""
    bookings = upcoming_bookings(context)
    if not bookings:
        find = Button(Action.FREE_NOW, "Free now", style=ButtonStyle.PRIMARY)
        text = ("You have no upcoming bookings. Find a room with ", Code("/rooms free now 20 seats"), ".")
        return Reply(text, actions=(find, Button(Action.HELP, "How to book")))
    size = _PAGE_SIZES.get(context.request.requester.platform, _PAGE_SIZE)
    skip = skip if skip < len(bookings) else (len(bookings) - 1) // size * size
    rooms, shown = context.read_model.catalogue.rooms, bookings[skip : skip + size]
    items = tuple(
        booking_item(
            each,
            rooms.get(each.room_id),
            *owner_buttons(context, each),
            week=week_note(context.services, each.interval.start),
        )
        for each in shown
    )
    count = "1 upcoming booking" if len(bookings) == 1 else f"{len(bookings)} upcoming bookings"
    which = "" if len(shown) == len(bookings) else f" These are {skip + 1} to {skip + len(shown)}."
    return Reply((f"You have {count}.{which}",), items=items, actions=_pages(skip, size, len(bookings)))


def _pages(skip: int, size: int, total: int) -> tuple[Button, ...]:
    buttons = []
    if skip:
        buttons.append(Button(Action.MY_BOOKINGS, "Back", str(max(0, skip - size))))
    if (left := total - skip - size) > 0:
        buttons.append(Button(Action.MY_BOOKINGS, f"{left} more", str(skip + size)))
    return tuple(buttons)


def with_other_bookings(context: CommandContext, reply: Reply) -> Reply:
    """Adds the bookings that remain, so that they stay in view when the reply takes the list's place."""
    if not upcoming_bookings(context):
        return reply
    page = booking_page(context)
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
        page = booking_page(context)
        return replace(
            page,
            text=(*lead, *page.text),
            tone=refusal_tone(gone) if not page.items else Tone.REFUSED,
            replaces=True,
            code=gone.code,
        )
