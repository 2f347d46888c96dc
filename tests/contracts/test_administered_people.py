"""People, societies and announcements as administrators change them, on both databases."""

import asyncio
import contextlib
from datetime import timedelta

import pytest

from core.errors import (
    LastPresident,
    NotPermitted,
    RoomieError,
    UnknownSociety,
)
from core.model import (
    Identity,
    MessageState,
    Role,
    RoomId,
    Society,
    SocietyId,
)
from core.policy.blocking import Blocked
from core.policy.society_limits import SocietyMinutesSpent
from core.ports import UnitOfWork
from core.services.administration import Administration, Administrator
from core.services.administration.confirmation import CANCEL, KEEP, YES, Confirmation, ConfirmationNeeded
from core.services.administration.rights import LastAdministrator
from core.services.administration.societies import HAND_OVER
from tests.builders import NOW, a_slot
from tests.contracts.administration import (
    CONSOLE,
    an_administrator,
    audit_of,
    messages_of,
)
from tests.contracts.campus import CHESS, HALL, LAB, Campus
from tests.fakes.clock import StillClock


async def test_granted_minutes_can_be_booked_in_their_week_only(
    campus: Campus, administration: Administration, ada: Administrator, clock: StillClock
):
    for hour in ("12:00", "14:00", "16:00"):
        await campus.book(a_slot(hour))
    with pytest.raises(RoomieError, match="quota"):
        await campus.book(a_slot("18:00"))

    _, status = await administration.people.grant(ada, "wil", 60, "conference")

    assert (status.left, status.weekly_quota) == (60, 240)
    assert (await campus.book(a_slot("18:00"))).quota_left == 0
    with pytest.raises(RoomieError, match="quota"):
        await campus.book(a_slot("19:00"))
    clock.move(timedelta(days=7))
    assert await campus.quota_left() == 180
    assert (await campus.services.quota(campus.wil)).last_week == 240
    await administration.people.grant(ada, "wil", -100, "misuse")
    assert await campus.quota_left() == 80
    assert "administration" in (await messages_of(campus))[campus.wil]


async def test_a_blocked_person_books_nothing_until_the_block_ends(
    campus: Campus, administration: Administration, ada: Administrator, clock: StillClock
):
    booked = await campus.book(a_slot("17:00"))
    until = NOW + timedelta(hours=3)
    with pytest.raises(ConfirmationNeeded) as question:
        await administration.people.block(ada, "wil", until, "noise")
    assert [each.answer for each in question.value.choices] == [KEEP, CANCEL]

    kept = await administration.people.block(ada, "wil", until, "noise", Confirmation(KEEP))

    assert (kept.kept, kept.cancelled) == (1, 0)
    with pytest.raises(Blocked, match="noise"):
        await campus.book(a_slot("15:00"))
    with pytest.raises(Blocked):
        await campus.services.extend(booked.booking, campus.wil, timedelta(minutes=30))
    await campus.services.cancel(booked.booking.id, campus.wil)
    clock.move(timedelta(hours=3))
    assert (await campus.book(a_slot("15:00"))).cost == 60


async def test_a_block_may_cancel_what_is_booked(
    campus: Campus, administration: Administration, ada: Administrator
):
    await campus.book(a_slot("17:00"))

    done = await administration.people.block(ada, "wil", NOW + timedelta(days=1), "", Confirmation(CANCEL))

    assert done.cancelled == 1
    assert campus.services.upcoming(campus.wil) == ()
    assert await campus.quota_left() == 180
    await administration.people.unblock(ada, "wil")
    assert (await campus.book(a_slot("17:00"))).cost == 60


async def test_the_last_administrator_stays_when_two_demote_each_other(
    campus: Campus, administration: Administration
):
    ada, eve = [Administrator(await an_administrator(campus, name)) for name in ("ada", "eve")]

    results = await asyncio.gather(
        administration.people.set_administrator(ada, "eve", is_admin=False),
        administration.people.set_administrator(eve, "ada", is_admin=False),
        return_exceptions=True,
    )

    assert sum(isinstance(each, RoomieError) for each in results) == 1
    left = await administration.people.administrators(CONSOLE)
    assert len(left) == 1
    await administration.people.set_administrator(CONSOLE, "ada", is_admin=True)
    await administration.people.set_administrator(CONSOLE, "eve", is_admin=True)
    blocks = await asyncio.gather(
        administration.people.block(ada, "eve", NOW + timedelta(days=1), ""),
        administration.people.block(eve, "ada", NOW + timedelta(days=1), ""),
        return_exceptions=True,
    )
    assert sum(isinstance(each, RoomieError) for each in blocks) == 1
    for name in ("ada", "eve"):
        with contextlib.suppress(RoomieError):
            await administration.people.unblock(CONSOLE, name)
    await administration.people.set_administrator(CONSOLE, "eve", is_admin=False)
    left = await administration.people.administrators(CONSOLE)
    with pytest.raises(LastAdministrator):
        await administration.people.set_administrator(CONSOLE, left[0].username, is_admin=False)
    with pytest.raises(LastAdministrator):
        await administration.people.block(CONSOLE, left[0].username, NOW + timedelta(days=1), "")


async def test_a_society_books_no_more_than_its_minutes_a_week(
    campus: Campus, administration: Administration, ada: Administrator
):
    await administration.societies.limit(ada, CHESS, None, 90)
    mine = await campus.book(a_slot("12:00"), by=campus.mem, society_id=CHESS)

    with pytest.raises(SocietyMinutesSpent):
        await campus.book(a_slot("14:00"), by=campus.pres, society_id=CHESS)
    with pytest.raises(SocietyMinutesSpent):
        await campus.services.extend(mine.booking, campus.mem, timedelta(minutes=45))
    longer = await campus.services.extend(mine.booking, campus.mem, timedelta(minutes=30))
    assert longer.booking.interval.minutes == 90
    await campus.book(a_slot("12:00", days=7), by=campus.mem, society_id=CHESS)


async def test_two_members_at_once_do_not_exceed_the_society_s_minutes(
    campus: Campus, administration: Administration, ada: Administrator
):
    await administration.societies.limit(ada, CHESS, None, 60)

    results = await asyncio.gather(
        campus.book(a_slot("12:00"), HALL, campus.mem, society_id=CHESS),
        campus.book(a_slot("12:00"), LAB, campus.pres, society_id=CHESS),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in results) == ["BookingResult", "SocietyMinutesSpent"]


async def test_a_dissolved_society_is_gone_with_members_and_bookings(
    campus: Campus, administration: Administration, ada: Administrator, open_another
):
    other = await open_another()
    await campus.book(a_slot("12:00"), by=campus.mem, society_id=CHESS)

    with pytest.raises(ConfirmationNeeded):
        await administration.societies.dissolve(ada, CHESS)
    done = await administration.societies.dissolve(ada, CHESS, given=Confirmation(CANCEL))

    assert (done.members, done.cancelled) == (2, 1)
    with pytest.raises(NotPermitted):
        await campus.book(a_slot("14:00"), by=campus.mem, society_id=CHESS)
    with pytest.raises(UnknownSociety):
        await administration.societies.rename(ada, CHESS, "Chess Again")
    await other.catch_up()
    assert CHESS not in other.read_model.directory.societies
    assert other.read_model.directory.people[campus.mem].memberships == ()
    assert "administration" in (await messages_of(campus))[campus.mem]
    again = await administration.societies.add(ada, Society(CHESS, "Chess Again"), "mem")
    assert (await campus.book(a_slot("14:00"), by=campus.mem, society_id=again.id)).cost == 0


async def test_bookings_of_a_dissolved_society_can_be_given_to_another(
    campus: Campus, administration: Administration, ada: Administrator
):
    go = await administration.societies.add(ada, Society(SocietyId("GO"), "Go Society"), "rema")
    booked = await campus.book(a_slot("12:00"), by=campus.mem, society_id=CHESS)

    done = await administration.societies.dissolve(ada, CHESS, go.id, Confirmation(HAND_OVER))

    assert done.handed_over == 1
    assert campus.storage.read_model.bookings[booked.booking.id].society_id == "GO"  # type: ignore[attr-defined]


async def test_a_society_keeps_a_president(
    campus: Campus, administration: Administration, ada: Administrator
):
    with pytest.raises(LastPresident):
        await administration.societies.dismiss(ada, CHESS, "pres")
    await administration.societies.appoint(ada, CHESS, "mem")
    await administration.societies.dismiss(ada, CHESS, "pres")

    role = await campus.storage.read(lambda unit: unit.societies.role(campus.pres, CHESS))
    assert role is Role.MEMBER
    renamed = await administration.societies.rename(ada, CHESS, "Chess Club")
    account = campus.storage.read_model.directory.people[campus.mem]  # type: ignore[attr-defined]
    assert [each.society.name for each in account.memberships] == [renamed.name]


async def test_a_new_password_ends_all_logins_and_is_in_no_row(
    campus: Campus, administration: Administration, ada: Administrator
):
    await administration.people.set_password(ada, "wil", "open sesame")

    def dump(unit: UnitOfWork) -> str:
        entries = [repr(each) for each in unit.history.audit()]

        return "\n".join([*entries, *map(repr, unit.outbox.entries(tuple(MessageState), 100))])

    stored = await campus.storage.read(dump)
    assert "sesame" not in stored
    assert "set password" in stored
    assert await campus.storage.read(lambda unit: unit.people.password_hash(campus.wil)) == "hash of 11"


async def test_an_announcement_goes_once_to_each_channel_with_notices(
    campus: Campus, administration: Administration, ada: Administrator
):
    channels = [Identity("slack:T1:C1"), Identity("discord:channel:5")]

    def subscribe(unit: UnitOfWork) -> None:
        for each in channels:
            unit.notice_channels.add(each, Identity("slack:T1:U1"), NOW)

    await campus.storage.write(subscribe)
    with pytest.raises(ConfirmationNeeded, match="2 channels:\nClosed today"):
        await administration.announcements.send(ada, "Closed today")

    assert await administration.announcements.send(ada, "Closed today", given=Confirmation(YES)) == 2
    assert await administration.announcements.send(ada, "Hi", "C1", Confirmation(YES)) == 1

    def texts(unit: UnitOfWork) -> list[tuple[str | None, str]]:

        return [
            (each.message.identity, each.message.payload)
            for each in unit.outbox.entries(tuple(MessageState), 9)
        ]

    assert sorted(await campus.storage.read(texts), key=str) == [
        ("discord:channel:5", "Closed today"),
        ("slack:T1:C1", "Closed today"),
        ("slack:T1:C1", "Hi"),
    ]
    assert "Closed" not in repr(await audit_of(campus))


async def test_a_link_moves_to_another_person_and_the_audit_says_from_whom(
    campus: Campus, administration: Administration, ada: Administrator
):
    account = Identity("slack:T1:U1")
    await administration.people.link(ada, "wil", account)
    await administration.people.link(ada, "rema", account)

    assert (await audit_of(campus))[-1].details == {
        "identity": account,
        "from": f"person:{campus.wil}",
    }
    assert (await administration.people.unlink(ada, account)).username == "rema"
    assert (await administration.people.record(ada, "rema")).identities == ()


async def test_a_promoted_person_may_administer_and_a_demoted_one_may_not(
    campus: Campus, administration: Administration, ada: Administrator
):
    wil = Administrator(campus.wil)
    await administration.people.set_administrator(ada, "wil", is_admin=True)
    await administration.rooms.edit_room(wil, RoomId(HALL), {"capacity": 5})
    await administration.people.set_administrator(ada, "wil", is_admin=False)

    with pytest.raises(NotPermitted):
        await administration.rooms.edit_room(wil, RoomId(HALL), {"capacity": 6})
