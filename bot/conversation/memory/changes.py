"""Changes what an answer was about: another time, another size, another place.

A search is searched again, a slot that was offered is offered anew, and a booking is offered to be moved. The
reply says what was understood, and nothing is booked or moved without a further word.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec.structs import replace

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.formatting import room_name
from bot.chat.reply import Bold, Button, Reply, ReplyItem, Subject, TimeRange, Tone
from bot.conversation.alternatives import eligibility_with_quota, move_button
from bot.conversation.booking import already_booked, predicted_refusal, refusal_reply, resolve_slot
from bot.conversation.button_values import SearchValue, SlotValue
from bot.conversation.free_rooms import PAGE_SIZE, with_full_ids
from bot.conversation.own_bookings import upcoming_bookings
from bot.conversation.questions import clarification
from bot.conversation.search import parse_text, reading_notes, search_from
from bot.conversation.search_reply import result_reply
from bot.conversation.slot_offer import offer_slot
from bot.language import FollowUp, FollowUpKind, ParsedTime, ParseResult, TimeKind
from core.catalogue import RoomQuery
from core.errors import InvalidTimes
from core.interval import Interval
from core.model import Booking, Room
from core.policy.recurrence import occurrence_slot
from core.services.bookings import snap_to_grid
from core.services.move_booking import HAS_STARTED, check_movable

Topic: TypeAlias = SearchValue | SlotValue | Booking
_DAY = timedelta(days=1)


def topic_of(context: CommandContext, subject: Subject) -> Topic | None:
    """What an answer was about; None if it was about nothing, or its booking is gone."""
    if subject.booking_id:
        return next((each for each in upcoming_bookings(context) if each.id == subject.booking_id), None)
    if subject.slot:
        return resolve_slot(context, SlotValue.read(subject.slot))
    return with_full_ids(context.read_model, SearchValue.read(subject.search)) if subject.search else None


async def change_topic(
    context: CommandContext, topic: Topic, follow_up: FollowUp, shown: tuple[Room, ...]
) -> Reply | None:
    """The reply to a change; None where the text changes nothing. `shown`: the rooms that were listed."""
    if follow_up.kind is FollowUpKind.SHIFT:
        return await _at(context, topic, _shift(context, _slot_of(topic), follow_up.shift))
    if follow_up.kind is not FollowUpKind.CHANGE:
        return await _search_again(context, topic, _other_rooms(topic, follow_up.kind, shown))
    reading = parse_text(replace(context, text=follow_up.text))
    if (question := clarification(context, reading)) is not None:
        return question if reading.small_talk is None else None
    if reading.when is not None and reading.when.recurrence is not None:
        return None
    return await _changed(context, topic, reading)


async def _changed(context: CommandContext, topic: Topic, reading: ParseResult) -> Reply | None:
    slot = _slot_of(topic)
    if reading.when is not None:
        slot = _at_time(context, slot, reading.when, reading)
    wanted, before = search_from(context, reading), _query_of(topic)
    query = _merge(before, wanted.query)
    is_about_rooms = query != before
    if reading.when is None and not is_about_rooms and reading.society is None:
        return None
    if isinstance(topic, SearchValue):
        minutes = topic.minutes if topic.minutes < topic.slot.minutes and slot == topic.slot else slot.minutes
        minutes = wanted.minutes if reading.when is not None and slot == wanted.slot else minutes
        society_id = reading.society or topic.society_id
        topic = SearchValue(slot, min(minutes, slot.minutes), query, society_id)
        reply = await result_reply(context, topic)
    elif is_about_rooms:
        reply = await _search_again(context, _with_slot(topic, slot), lambda _: query)
    elif isinstance(topic, SlotValue):
        society_id = reading.society or topic.society_id
        reply = await _at(context, replace(topic, society_id=society_id), slot)
    else:
        reply = await _at(context, topic, slot)
    return replace(reply, text=(*reply.text, *reading_notes(reading)))


def _slot_of(topic: Topic) -> Interval:
    return topic.interval if isinstance(topic, Booking) else topic.slot


def _with_slot(topic: Topic, slot: Interval) -> Topic:
    return replace(topic, interval=slot) if isinstance(topic, Booking) else replace(topic, slot=slot)


def _query_of(topic: Topic) -> RoomQuery:
    return topic.query if isinstance(topic, SearchValue) else RoomQuery(room=topic.room_id)


def _merge(before: RoomQuery, wanted: RoomQuery) -> RoomQuery:
    """What was asked, with what is asked now; a new place takes the old one's."""
    has_place = any((wanted.building, wanted.room, wanted.near, wanted.location))
    merged = replace(
        before,
        capacity=wanted.capacity or before.capacity,
        equipment=before.equipment | wanted.equipment,
        usage=wanted.usage or before.usage,
        excluded=before.excluded | wanted.excluded,
    )
    if has_place:
        merged = replace(
            merged, building=wanted.building, room=wanted.room, near=wanted.near, location=wanted.location
        )
    is_narrower = wanted.capacity or wanted.equipment or wanted.usage or wanted.excluded
    return replace(merged, room=None) if is_narrower and not wanted.room else merged


def _at_time(context: CommandContext, slot: Interval, when: ParsedTime, reading: ParseResult) -> Interval:
    """The slot at another time: a day keeps the hours, an hour keeps the day, a length keeps the start."""
    zone = context.services.rules.zone
    local, start = slot.start.astimezone(zone), when.start.astimezone(zone)
    if "start" in reading.assumptions and when.end is not None:
        return Interval.of_length(slot.start, when.end - when.start)
    if when.kind is TimeKind.DAY and when.end is None and slot.duration < _DAY:
        return occurrence_slot(start.date(), local.hour * 60 + local.minute, slot.minutes, zone)
    if when.kind not in {TimeKind.INSTANT, TimeKind.RANGE}:
        return search_from(context, reading).slot
    length = when.end - when.start if when.end is not None else min(slot.duration, _DAY)
    if "day" in reading.assumptions and slot.duration <= _DAY:
        minutes = int(length.total_seconds()) // 60
        return occurrence_slot(local.date(), start.hour * 60 + start.minute, minutes, zone)
    return Interval.of_length(when.start, length)


def _shift(context: CommandContext, slot: Interval, by: timedelta) -> Interval:
    """The slot later or earlier; by whole days at the same hour, whatever the clocks do in between."""
    zone = context.services.rules.zone
    if by % _DAY:
        return Interval(slot.start + by, slot.end + by)
    local = slot.start.astimezone(zone)
    moved: datetime = local + by
    return occurrence_slot(moved.date(), local.hour * 60 + local.minute, slot.minutes, zone)


async def _at(context: CommandContext, topic: Topic, slot: Interval) -> Reply:
    """The same at another time, as an offer."""
    if isinstance(topic, SearchValue):
        minutes = topic.minutes if topic.minutes < topic.slot.minutes else slot.minutes
        return await result_reply(
            context, replace(topic, slot=slot, minutes=min(minutes, slot.minutes), skip=0)
        )
    room = context.read_model.catalogue.room(topic.room_id)
    slot = snap_to_grid(slot, room, context.services.rules)
    if isinstance(topic, Booking):
        return await _offer_move(context, topic, room, slot)
    value = replace(topic, slot=slot)
    return await predicted_refusal(context, value) or offer_slot(context, room, value)


async def _offer_move(context: CommandContext, booking: Booking, room: Room, slot: Interval) -> Reply:
    if slot == booking.interval and room.id == booking.room_id:
        return await already_booked(context, booking, room)
    check_movable(booking, slot, room.id, context.services.clock.now())
    schedule = context.read_model.availability.schedule(room.id)
    busy = schedule.conflicts(int(slot.start.timestamp()), int(slot.end.timestamp()))
    others = tuple(each for each in busy if each.booking_id != booking.id)
    check = await eligibility_with_quota(context, booking.society_id, booking)
    if (refusal := check.refusal(room, slot, others)) is not None:
        return await refusal_reply(context, SlotValue(room.id, slot, booking.society_id), refusal, booking)
    return Reply(
        ("Move to ", Bold(room_name(room)), ", ", TimeRange(slot), "?"),
        actions=(move_button(booking, room, slot, "Move it"),),
        subject=Subject(booking_id=booking.id),
    )


def _other_rooms(
    topic: Topic, kind: FollowUpKind, shown: tuple[Room, ...]
) -> Callable[[CommandContext], RoomQuery | None]:
    """What to ask of another room; None where the next page of the list is meant."""

    def query(context: CommandContext) -> RoomQuery | None:
        before, catalogue = _query_of(topic), context.read_model.catalogue
        room = catalogue.rooms.get(before.room) if before.room is not None else next(iter(shown), None)
        if kind is FollowUpKind.LARGER:
            seats = max(room.capacity if room is not None else 0, before.capacity)
            return replace(before, capacity=seats + 1, room=None)
        if kind is FollowUpKind.OTHER:
            if isinstance(topic, SearchValue) and before.room is None:
                return None
            return replace(
                before, room=None, excluded=before.excluded | {str(room.id)} if room else before.excluded
            )
        building = before.building or before.near or (room.building_id if room is not None else None)
        excluded = before.excluded | {str(building)} if building is not None else before.excluded
        return replace(before, room=None, building=None, near=None, excluded=excluded)

    return query


async def _search_again(
    context: CommandContext, topic: Topic, query: Callable[[CommandContext], RoomQuery | None]
) -> Reply:
    """Other rooms for the same time; for a booking, rooms to move it to."""
    wanted = query(context)
    if isinstance(topic, SearchValue):
        search = topic if wanted is None else replace(topic, query=wanted)
        skip = topic.skip + PAGE_SIZE if wanted is None else 0
        return await _page(context, replace(search, skip=skip))
    slot = _slot_of(topic)
    if isinstance(topic, Booking) and topic.interval.start <= context.services.clock.now():
        raise InvalidTimes(HAS_STARTED)
    search = SearchValue(slot, slot.minutes, wanted or _query_of(topic), topic.society_id)
    reply = await result_reply(context, search)
    return reply if isinstance(topic, SlotValue) else _as_moves(context, topic, reply)


async def _page(context: CommandContext, search: SearchValue) -> Reply:
    reply = await result_reply(context, search)
    if reply.subject is None or reply.subject.search == search.whole:
        return reply
    return Reply(("Those were all. Name another time, size or place to see other rooms.",), tone=Tone.UNCLEAR)


def _as_moves(context: CommandContext, booking: Booking, reply: Reply) -> Reply:
    """The rooms found, each with a button that moves the booking there."""
    rooms = context.read_model.catalogue.rooms

    def moved(button: Button) -> Button:
        if button.action != Action.BOOK:
            return button
        value = resolve_slot(context, SlotValue.read(button.value))
        return move_button(booking, rooms[value.room_id], value.slot)

    items = tuple(
        ReplyItem(each.title, each.detail, tuple(moved(button) for button in each.buttons))
        for each in reply.items
    )
    return replace(reply, items=items, actions=())
