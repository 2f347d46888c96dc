"""Timetable import: shown completely or not at all; rejected runs wait for an operator."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.chat.reply import Reply, Tone
from bot.chat.request import ChatRequest, PlatformName, Requester
from bot.commands import COMMANDS
from bot.conversation.dispatcher import Dispatcher
from core.errors import NotFound, SlotTaken
from core.interval import Interval
from core.model import BookingType, Identity, RoomId, SeriesFrequency, SeriesRule, TimetableSlot, TokenTerm
from core.services import refresh_timetable
from core.services.batch_pacing import BatchLimits
from core.services.series import BookedSeries, SeriesRequest
from core.services.timetable_import import ImportResult, TimetableSnapshot
from tests.builders import a_building, a_room, a_slot, at
from tests.outbox.environment import CHESS, HALL, LAB, PRES, REMA, STAN, WIL, Environment

UNSW = "unsw"


def a_class(
    start: str = "15:00", room: RoomId = HALL, name: str = "MATH1081", minutes: int = 60
) -> TimetableSlot:
    slot = a_slot(start, minutes)
    seconds = int(slot.start.timestamp()), int(slot.end.timestamp())
    return TimetableSlot(room, *seconds, name, BookingType.CLASS)


def a_timetable(slots: Iterable[TimetableSlot], **others: object) -> TimetableSnapshot:
    listed = list(slots)
    others.setdefault("changed", frozenset(each.room_id for each in listed))
    return TimetableSnapshot(listed, **others)  # type: ignore[arg-type]


async def run_import(environment: Environment, *slots: TimetableSlot, **others: object) -> ImportResult:
    return await environment.services.timetables.import_run(UNSW, a_timetable(slots, **others))


def is_free(environment: Environment, slot: Interval, room: RoomId = HALL) -> bool:
    schedule = environment.services.read_model.availability.schedule(room)
    return schedule.is_free(int(slot.start.timestamp()), int(slot.end.timestamp()))


async def entries(environment: Environment) -> list[str]:
    return [each.name for each in await environment.storage.read(lambda unit: unit.timetable.of_source(UNSW))]


async def test_what_a_source_publishes_is_seen_and_guards_rooms(environment: Environment):
    refreshed = await run_import(environment, a_class("15:00"), a_class("16:00", LAB))

    assert refreshed.is_current
    assert not is_free(environment, a_slot("15:30"))
    with pytest.raises(SlotTaken):
        await environment.book(a_slot("15:00"))


async def test_another_process_sees_it_too(environment: Environment, open_another):
    other = await open_another()

    await run_import(environment, a_class("15:00"))
    async with asyncio.timeout(5):
        while not other.read_model.availability.schedule(HALL).busy:
            if not other.is_fresh():
                await other.catch_up()
            await asyncio.sleep(0.01)

    assert other.read_model.sources[UNSW].last_good_at == environment.clock.now()


async def test_the_next_run_takes_the_place_of_the_last(environment: Environment):
    await run_import(environment, a_class("15:00"), a_class("16:00", LAB))

    await run_import(environment, a_class("17:00"), changed=frozenset({HALL, LAB}))

    assert is_free(environment, a_slot("15:00"))
    assert is_free(environment, a_slot("16:00"), LAB)
    assert not is_free(environment, a_slot("17:00"))
    assert len(await entries(environment)) == 1


async def test_nobody_sees_half_of_a_run(environment: Environment, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(refresh_timetable, "ENTRIES", BatchLimits(10, 20, per_second=1_000))
    first = [a_class(f"{8 + n // 4}:{n % 4 * 15:02}", name="old", minutes=15) for n in range(40)]
    second = [each._replace(name="new") for each in first]
    await run_import(environment, *first)
    seen = set[tuple[int, frozenset[str]]]()

    async def look() -> None:
        while True:
            names = await entries(environment)
            seen.add((len(names), frozenset(names)))
            await asyncio.sleep(0)

    looking = asyncio.ensure_future(look())
    await run_import(environment, *second)
    looking.cancel()

    assert {count for count, _ in seen} == {40}
    assert {names for _, names in seen} <= {frozenset({"old"}), frozenset({"new"})}


async def test_a_run_of_which_a_process_died_is_forgotten(environment: Environment):
    await run_import(environment, a_class("15:00"))
    run_id = await environment.storage.write_relaxed(
        lambda unit: unit.timetable_runs.begin(UNSW, environment.clock.now())
    )
    await environment.storage.write_relaxed(
        lambda unit: unit.timetable_runs.write(run_id, [a_class("18:00", name="half")])
    )

    await run_import(environment, a_class("16:00"))

    assert await environment.storage.read(lambda unit: unit.timetable_runs.rooms_of(run_id)) == set()
    assert is_free(environment, a_slot("18:00"))


async def test_rooms_not_announced_before_a_crash_are_announced_later(environment: Environment):
    await run_import(environment, a_class("15:00"))

    def switch_and_die(unit):
        run_id = unit.timetable_runs.begin(UNSW, environment.clock.now())
        unit.timetable_runs.write(run_id, [a_class("17:00")])
        unit.timetable_runs.switch(run_id, "")
        unit.set_setting(f"timetable untold {UNSW}", f'{{"rooms": ["{HALL}"], "places": false}}')

    await environment.storage.write_relaxed(switch_and_die)
    before = is_free(environment, a_slot("17:00"))
    await run_import(environment, a_class("17:00"), changed=frozenset())

    assert before
    assert not is_free(environment, a_slot("17:00"))


async def test_a_newer_run_of_another_process_keeps_the_rooms_it_has_to_announce(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
):
    newer = f'{{"rooms": ["{LAB}"], "places": false}}'
    publish = refresh_timetable._publish_rooms

    def publish_beside_another_process(rooms, unit):
        publish(rooms, unit)
        unit.set_setting(f"timetable untold {UNSW}", newer)

    monkeypatch.setattr(refresh_timetable, "_publish_rooms", publish_beside_another_process)
    await run_import(environment, a_class("15:00"))

    key = f"timetable untold {UNSW}"
    assert await environment.storage.read(lambda unit: unit.setting(key)) == newer


async def test_names_are_stored_as_they_are(environment: Environment):
    names = ['O\'Neil "x" \\n', "Zo\u00eb \U0001f393", "[1, {}]", "null", "7", ":run_id"]

    await run_import(environment, *(a_class(f"{10 + hour}:00", name=name) for hour, name in enumerate(names)))

    assert await entries(environment) == names


async def test_an_unchanged_timetable_is_only_noted_as_good(environment: Environment):
    await run_import(environment, a_class("15:00"))
    run = await environment.storage.read(lambda unit: unit.timetable_runs.current(UNSW))
    environment.clock.move(timedelta(hours=6))

    refreshed = await run_import(environment, a_class("15:00"), changed=frozenset())

    assert refreshed.is_unchanged
    assert await environment.storage.read(lambda unit: unit.timetable_runs.current(UNSW)) == run
    assert environment.services.read_model.sources[UNSW].last_good_at == environment.clock.now()


async def test_a_site_brings_buildings_and_rooms_that_nobody_may_book(environment: Environment):
    building, room = (
        a_building("K-E19", "Central Lecture Block"),
        a_room("K-E19-G02", "K-E19", bookable=False),
    )

    await run_import(environment, a_class(room=room.id), buildings=(building,), rooms=(room,))

    catalogue = environment.services.read_model.catalogue
    assert catalogue.buildings[building.id].name == "Central Lecture Block"
    assert not catalogue.rooms[room.id].bookable
    assert not is_free(environment, a_slot("15:00"), room.id)


async def test_a_pattern_opens_a_sources_rooms_to_booking(environment: Environment):
    services = replace(environment.services, bookable=("K-E19-*",))
    room = a_room("K-E19-G02", "K-E19", bookable=False)

    await services.timetables.import_run(UNSW, a_timetable([a_class(room=room.id)], rooms=(room,)))

    assert environment.services.read_model.catalogue.rooms[room.id].bookable
    assert environment.services.read_model.catalogue.rooms[room.id].individual_access


async def test_what_operators_said_of_a_room_stays(environment: Environment):
    published = a_room(HALL, name="Hall", capacity=50, bookable=False)

    await run_import(environment, a_class(), rooms=(published,))

    hall = environment.services.read_model.catalogue.rooms[HALL]
    assert (hall.name, hall.capacity, hall.bookable) == ("Hall", 50, True)


DOUBT = "Of 100 entries to come only 1 are left."


async def test_a_run_in_doubt_is_refused_and_the_last_good_one_stays(environment: Environment):
    await run_import(environment, a_class("15:00"))
    environment.clock.move(timedelta(hours=6))

    refreshed = await run_import(environment, a_class("18:00"), anomalies=(DOUBT,), fingerprints={"a": "b"})

    assert not refreshed.is_current
    assert not is_free(environment, a_slot("15:00"))
    state = environment.services.read_model.sources[UNSW]
    assert state.last_error == DOUBT
    assert state.last_good_at == at("10:20")
    assert state.fingerprints == {}


async def press(environment: Environment, action: str, value: str, by: Identity = STAN) -> Reply:
    return await Dispatcher(environment.services, COMMANDS).dispatch(
        ChatRequest(Requester(by, PlatformName.SLACK), action=action, value=value)
    )


async def test_operators_are_notified_once_with_the_reason_and_can_accept(environment: Environment):
    await run_import(environment, a_class("15:00"))
    for _ in range(3):
        await run_import(
            environment, a_class("18:00"), anomalies=(DOUBT,), fingerprints={"a": "b"}, summary="99 gone."
        )
        await environment.deliver()

    ((to, reply, _),) = environment.chat.shown
    (button,) = reply.actions
    refused = await press(environment, button.action, button.value, WIL)
    accepted = await press(environment, button.action, button.value)

    assert to == STAN
    assert reply.items[0].title == (DOUBT,)
    assert (refused.tone, accepted.tone) == (Tone.REFUSED, Tone.DONE)
    assert is_free(environment, a_slot("15:00"))
    assert not is_free(environment, a_slot("18:00"))
    assert environment.services.read_model.sources[UNSW].fingerprints == {"a": "b"}
    assert environment.services.read_model.sources[UNSW].last_error == ""


async def test_configured_recipients_are_notified_instead_of_administrators(environment: Environment):
    services = replace(environment.services, operators=("rema",))

    await services.timetables.import_run(UNSW, a_timetable([a_class()], anomalies=(DOUBT,)))
    await environment.deliver()

    assert [to for to, _, _ in environment.chat.shown] == [REMA]


async def test_nothing_is_accepted_twice(environment: Environment):
    await run_import(environment, a_class("15:00"), anomalies=(DOUBT,))
    await environment.services.timetables.accept(UNSW, "administrator")

    with pytest.raises(NotFound):
        await environment.services.timetables.accept(UNSW, "administrator")


async def test_rooms_that_only_a_refused_run_knows_come_with_the_next_one(environment: Environment):
    new = a_room("K-E19-G02", "K-E19")
    pages = {f"room/{new.id}": "x", f"room/{HALL}": "y"}

    await run_import(
        environment, a_class(), a_class(room=new.id), rooms=(new,), anomalies=(DOUBT,), fingerprints=pages
    )
    await environment.services.timetables.accept(UNSW, "administrator")

    assert new.id not in environment.services.read_model.catalogue.rooms
    assert environment.services.read_model.sources[UNSW].fingerprints == {f"room/{HALL}": "y"}


async def test_a_failure_is_noted_and_changes_nothing(environment: Environment):
    await run_import(environment, a_class("15:00"))

    await environment.services.timetables.record_failure(UNSW, "The site did not answer.")

    assert environment.services.read_model.sources[UNSW].last_error == "The site did not answer."
    assert not is_free(environment, a_slot("15:00"))


async def test_a_booker_displaced_by_a_class_is_notified_once_with_alternatives(
    environment: Environment,
):
    booking = await environment.book(a_slot("15:00"))
    await environment.book(a_slot("15:00"), LAB, REMA)
    await run_import(environment, a_class("15:00"))
    await environment.deliver()

    await run_import(environment, a_class("15:00"), a_class("18:00"))
    await environment.deliver()

    ((to, reply, _),) = environment.chat.shown
    assert to == WIL
    assert "".join(map(str, reply.text)).startswith("MATH1081 now takes place in ")
    assert {button.action for item in reply.items for button in item.buttons} == {"move"}
    assert booking.id in environment.services.read_model.bookings


async def test_one_press_moves_a_booking_out_of_the_way(environment: Environment):
    booking = await environment.book(a_slot("15:00"))
    await run_import(environment, a_class("15:00"))
    await environment.deliver()
    ((_, reply, _),) = environment.chat.shown
    button = reply.items[0].buttons[0]

    reply = await press(environment, button.action, button.value, WIL)

    assert reply.tone is Tone.DONE
    moved = environment.services.read_model.bookings[booking.id]
    assert (moved.room_id, moved.interval) != (booking.room_id, booking.interval)


async def test_a_presidents_society_booking_by_token_is_the_presidents_to_hear_of(environment: Environment):
    term = TokenTerm(1, 20520)
    await environment.storage.write(lambda unit: unit.societies.set_term(CHESS, term))
    await environment.book(a_slot("15:00"), by=None, society_id=CHESS, term=term, title="Blitz")

    await run_import(environment, a_class("15:00"))
    await environment.deliver()

    assert [to for to, _, _ in environment.chat.shown] == [PRES]


async def test_answers_say_when_a_timetable_is_old(environment: Environment):
    services = replace(environment.services, stale_after={UNSW: timedelta(hours=12)})
    await run_import(environment, a_class("15:00"))
    request = ChatRequest(Requester(WIL, PlatformName.SLACK), text=f"/rooms status {HALL}")

    fresh = await Dispatcher(services, COMMANDS).dispatch(request)
    environment.clock.move(timedelta(hours=13))
    old = await Dispatcher(services, COMMANDS).dispatch(request)

    assert "timetable from " not in map(str, fresh.footer)
    assert "timetable from " in list(old.footer)


async def test_a_class_over_three_dates_of_a_series_is_one_message_with_rooms_for_each(
    environment: Environment,
):
    first = a_slot("15:00")
    rule = SeriesRule(SeriesFrequency.DAILY, first.start.date(), count=4)
    account = environment.services.read_model.directory.by_identity(PRES)
    assert account is not None
    request = SeriesRequest(rule, 15 * 60, 60, account.person.id, HALL, society_id=CHESS)
    series = environment.services.series
    preview = await series.preview(request)
    assert isinstance(await series.book(request, preview.free), BookedSeries)
    one, day = a_class("15:00"), 24 * 60 * 60
    classes = [one._replace(start=one.start + day * ahead, end=one.end + day * ahead) for ahead in range(4)]

    for published in (classes[:3], classes[:3], classes):
        await run_import(environment, *published)
        await environment.deliver()

    shown = [reply for to, reply, _ in environment.chat.shown if to == PRES]
    assert ["on 3 dates of your series" in "".join(map(str, each.text)) for each in shown] == [True, False]
    assert [len([b for b in item.buttons if b.action == "move"]) for item in shown[0].items] == [2, 2, 2]
