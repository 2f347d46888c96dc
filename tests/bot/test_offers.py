"""What is offered is what is booked: the slot and the price that a reply shows are those of the press."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.reply import Button, Inline, Reply, ReplyItem, TimeRange, Timestamp
from bot.services import Services
from core.interval import Interval
from core.model import Booking
from tests.bot.chat import Chat
from tests.bot.test_robustness import Running, running  # noqa: F401 - a fixture
from tests.builders import NOW
from tests.fakes.clock import StillClock

_HOURS = re.compile(r"(\d\d):(\d\d)–(\d\d):(\d\d)")
_COST = re.compile(r"uses (\d+) minutes? of your quota", re.IGNORECASE)

COMMANDS = st.sampled_from(
    [
        "/rooms free",
        "/rooms free near Wren",
        "/book Wren G02",
        "/rooms status Wren G02",
        "/rooms timetable Wren G02",
    ]
)
DAYS = st.sampled_from(["", "today", "tomorrow", "friday", "saturday", "next tuesday"])
CLOCKS = st.one_of(
    st.builds("{}:{:02}".format, st.integers(7, 21), st.integers(0, 59)),
    st.sampled_from(["now", "morning", "afternoon", "in 20 minutes", "noon", ""]),
)
LENGTHS = st.one_of(
    st.builds("for {} minutes".format, st.integers(10, 180)),
    st.sampled_from(["", "for 1 hour", "for half an hour"]),
)


def offers(reply: Reply) -> Iterator[tuple[Button, Interval | None, ReplyItem | None]]:
    """Each button that books, with the slot that its item, its label or the reply's text shows."""
    first = next((each.interval for each in reply.text if isinstance(each, TimeRange)), None)
    for item in reply.items:
        books = [each for each in item.buttons if each.action == Action.BOOK]
        parts = [each.interval for each in (*item.title, *item.detail) if isinstance(each, TimeRange)]
        for place, button in enumerate(books):
            own = parts[place] if len(parts) == len(books) else hours_in(item.detail, first)
            yield button, own or first, item
    for action in reply.actions:
        if isinstance(action, Button) and action.action == Action.BOOK:
            yield action, first, None


def hours_in(detail: tuple[Inline, ...], day: Interval | None) -> Interval | None:
    """The slot `15:00–16:00` at the start of an item's detail."""
    match detail[:3]:
        case (Timestamp(start), "–", Timestamp(end)):
            return Interval(start, end)
    return None


def costs(reply: Reply, item: ReplyItem | None) -> set[int]:
    texts = [
        each for each in (*reply.text, *reply.footer, *(item.detail if item else ())) if isinstance(each, str)
    ]
    return {int(match[1]) for match in _COST.finditer(" ".join(texts))}


async def check_press(
    chat: Chat, reply: Reply, offer: tuple[Button, Interval | None, ReplyItem | None]
) -> str:
    """Asserts that the press books what was shown; afterwards the booking is cancelled."""
    button, shown, item = offer
    before = await chat.quota()
    answer = await chat.act(button.action, button.value)
    if not answer.startswith("You're booked"):
        assert "quota" in answer, (button, answer)
        return "refused"
    booking = only(chat.services)
    zone = chat.services.rules.zone
    label = _HOURS.search(button.label)
    if label is not None:
        hours = tuple(
            f"{each.astimezone(zone):%H:%M}" for each in (booking.interval.start, booking.interval.end)
        )
        assert (f"{label[1]}:{label[2]}", f"{label[3]}:{label[4]}") == hours, button
    else:
        assert booking.interval == shown, (button, reply)
    spent = before - await chat.quota()
    assert spent == booking.interval.minutes
    length = f"({spent // 60} hour" if spent % 60 == 0 else f"({spent} minutes)"
    texts = [each for each in (item.detail if item else ()) if isinstance(each, str)]
    assert spent in costs(reply, item) or any(length in each for each in texts), (button, reply)
    await chat.act("cancel", booking.id)
    return "booked"


def only(services: Services) -> Booking:
    (booking,) = services.read_model.bookings.values()
    return booking


@pytest.fixture
def campus(running: Running) -> Running:  # noqa: F811
    """Wil's chat on a campus where some rooms are booked by the half hour and some by the hour."""

    async def change_grids(services: Services) -> str:
        rooms = services.read_model.catalogue.order
        grids = (None, 30, 60)
        changed = [replace(each, granularity=grids[place % 3]) for place, each in enumerate(rooms)]
        await services.storage.write(lambda unit: unit.rooms.put_rooms(changed))
        return ""

    running.do(change_grids(running.wil.services))
    return running


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80, deadline=None)
@given(
    command=COMMANDS,
    day=DAYS,
    clock_time=CLOCKS,
    length=LENGTHS,
    pages=st.integers(0, 2),
    minute=st.integers(0, 44),
)
def test_the_press_books_the_slot_and_price_that_were_shown(
    campus: Running,
    clock: StillClock,
    command: str,
    day: str,
    clock_time: str,
    length: str,
    pages: int,
    minute: int,
):
    clock.set(NOW.replace(hour=8, minute=10) + timedelta(minutes=minute))
    campus.do(campus.wil.say(f"{command} {day} {clock_time} {length}"))
    for _ in range(pages):
        more = [each for each in campus.wil.last.actions if each.label.endswith(" more")]
        if more and isinstance(more[0], Button):
            campus.do(campus.wil.act(more[0].action, more[0].value))
    reply = campus.wil.last
    for booking in tuple(campus.wil.services.read_model.bookings.values()):
        campus.do(campus.wil.act("cancel", booking.id))

    for offer in list(offers(reply))[:4]:
        campus.do(check_press(campus.wil, reply, offer))


@pytest.mark.parametrize(
    "line",
    [
        "/rooms free tomorrow 15:10 for 1 hour",
        "/rooms free",
        "/rooms free tomorrow afternoon",
        "/rooms status Wren",
        "/rooms status Wren G02 15:10",
        "/rooms timetable Wren G01",
        "/book Wren G01 9:00 for 1 hour",
        "/book Wren G02 tomorrow",
        "/book Wren G02 15:10 for 1 hour",
    ],
)
def test_every_offer_of_a_reply_is_kept(campus: Running, line: str):
    campus.do(campus.wil.say(line))
    reply = campus.wil.last
    offered = list(offers(reply))

    assert offered
    for offer in offered:
        assert campus.do(check_press(campus.wil, reply, offer)) == "booked"
