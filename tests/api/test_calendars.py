"""Calendars over HTTP: who sees them, and how they are cached."""

import logging
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import product

import pytest
from icalendar import Calendar, Event

from bot.calendars.links import booking_url
from bot.services import Services
from core.model import BookingId, Guest, PersonId, SocietyId
from core.services.administration.rights import Administrator
from storage.url import parse_database_url
from tests.api.http_client import HttpClient
from tests.contracts.raw import ask
from tests.fakes.clock import StillClock
from tests.sample_services import create_services

_SOCIETY = SocietyId("SOTECHSOC")


def person_id(services: Services, name: str) -> PersonId:
    account = services.read_model.directory.by_name(name)
    assert account is not None
    return account.person.id


async def path_of(services: Services, name: str, society: SocietyId | None = None, **more: bool) -> str:
    secret = await services.calendars.secret(person_id(services, name), society, **more)
    return f"/calendars/secret/{secret}.ics"


async def events(client: HttpClient, path: str) -> list[Event]:
    response = await client.get(path)
    assert response.status == 200, response
    return [each for each in Calendar.from_ical(response.body).walk("VEVENT") if isinstance(each, Event)]


async def test_a_person_sees_their_bookings(services: Services, http_client: HttpClient, wil: HttpClient):
    booked = (await wil.book(event_name="Rehearsal")).json["booking_id"]

    [event] = await events(http_client, await path_of(services, "wil"))

    assert event["UID"] == f"{booked}@roomie"
    assert event.start.isoformat() == "2016-08-08T14:00:00+00:00"
    assert event.end.isoformat() == "2016-08-08T16:00:00+00:00"
    assert (event["SUMMARY"], event["SEQUENCE"], event["STATUS"]) == ("Rehearsal", 1, "CONFIRMED")


async def test_others_see_nothing_of_it(services: Services, http_client: HttpClient, wil: HttpClient):
    await wil.book()

    assert await events(http_client, await path_of(services, "rema")) == []
    assert await events(http_client, await path_of(services, "wil", _SOCIETY)) == []


async def test_presidents_see_the_bookings_of_their_society(
    services: Services, http_client: HttpClient, emily: HttpClient
):
    await emily.book(event_name="Meeting", society=_SOCIETY)
    path = await path_of(services, "wil", _SOCIETY)

    assert [each["SUMMARY"] for each in await events(http_client, path)] == ["Meeting"]


async def test_a_secret_is_worth_nothing_once_it_is_replaced(services: Services, http_client: HttpClient):
    old = await path_of(services, "wil")
    other = await path_of(services, "wil", _SOCIETY)

    new = await path_of(services, "wil", renew=True)

    assert (await http_client.get(old)).status == 404
    assert (await http_client.get(f"{old}?open=webcal")).status == 404
    assert (await http_client.get(new)).status == 200
    assert (await http_client.get(other)).status == 200


async def test_what_another_process_replaces_is_gone_at_once(
    services: Services, http_client: HttpClient, database_url: str, clock: StillClock, rules
):
    old = await path_of(services, "wil")
    assert (await http_client.get(old)).status == 200
    elsewhere = create_services(database_url, clock, rules)
    await elsewhere.storage.open()
    await elsewhere.storage.load()

    await path_of(elsewhere, "wil", renew=True)

    assert (await http_client.get(old)).status == 404
    await elsewhere.storage.close()


async def test_a_president_who_is_one_no_longer_loses_the_calendar(
    services: Services, http_client: HttpClient
):
    path = await path_of(services, "wil", _SOCIETY)
    await services.administration.societies.appoint(Administrator(), _SOCIETY, "rema")
    await services.societies.remove_member(person_id(services, "rema"), "wil", _SOCIETY)

    assert (await http_client.get(path)).status == 404


async def test_all_addresses_of_a_person_go_with_them(
    services: Services, http_client: HttpClient, database_url: str
):
    paths = [await path_of(services, "wil"), await path_of(services, "wil", _SOCIETY)]
    kept, me = await path_of(services, "rema"), person_id(services, "wil")

    await services.storage.write(lambda unit: unit.calendars.remove_all(me))

    assert [(await http_client.get(each)).status for each in (*paths, kept)] == [404, 404, 200]
    assert await ask(database_url, "SELECT count(*) FROM calendar_address") == 1


async def test_an_address_without_its_person_shows_nothing(
    services: Services, http_client: HttpClient, database_url: str
):
    path = await path_of(services, "rema")
    await ask(database_url, "UPDATE calendar_address SET person_id = 1000000")

    assert (await http_client.get(path)).status == 404


@pytest.mark.parametrize("secret", ["0" * 40, "x", "%00", "a" * 250, "..%2f..%2fetc", "é"])
async def test_guesses_find_nothing(services: Services, http_client: HttpClient, secret: str):
    await path_of(services, "wil")

    response = await http_client.get(f"/calendars/secret/{secret}.ics")

    assert response.status in {400, 404}
    assert "error" in response.json


async def test_only_a_hash_of_the_secret_is_stored(services: Services, database_url: str):
    secret = (await path_of(services, "wil")).rpartition("/")[2].removesuffix(".ics")
    await services.storage.close()

    file = parse_database_url(database_url).path  # type: ignore[union-attr]

    content = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert len(secret) == 40
    assert secret.encode() not in content
    assert bytes.fromhex(secret) not in content


async def test_secrets_are_never_logged(
    services: Services, http_client: HttpClient, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    path = await path_of(services, "wil")
    secret = path.rpartition("/")[2].removesuffix(".ics")

    for each in (path, f"{path}?open=webcal", f"{path}?open=else"):
        await http_client.get(each)
    await http_client.ask("DELETE", path)
    await path_of(services, "wil", renew=True)
    await http_client.get(path)

    texts = [f"{each.getMessage()} {vars(each)}" for each in caplog.records if "route" in vars(each)]
    assert len(texts) == 3
    assert not any(secret in f"{each.getMessage()} {vars(each)}" for each in caplog.records)


async def test_a_calendar_is_fetched_again_only_after_a_change(
    services: Services, http_client: HttpClient, wil: HttpClient, clock: StillClock
):
    await wil.book()
    path = await path_of(services, "wil")
    first = await http_client.get(path)
    clock.move(timedelta(hours=3))

    known = {"headers": {"If-None-Match": first.headers["ETag"]}}
    unchanged = await http_client.get(path, **known)
    await wil.book("17:00", "18:00")
    changed = await http_client.get(path, **known)

    assert first.headers["Cache-Control"] == "private, no-cache"
    assert first.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (unchanged.status, unchanged.body) == (304, b"")
    assert unchanged.headers["Cache-Control"] == "private, no-cache"
    assert changed.status == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_a_moved_and_a_cancelled_booking_keep_their_identity(
    services: Services, http_client: HttpClient, wil: HttpClient, clock: StillClock
):
    booked = BookingId((await wil.book()).json["booking_id"])
    path, me = await path_of(services, "wil"), person_id(services, "wil")
    [before] = await events(http_client, path)
    clock.move(timedelta(minutes=5))

    await services.bookings.extend(await services.bookings.get(booked), me, timedelta(minutes=-60))
    [moved] = await events(http_client, path)
    clock.move(timedelta(minutes=5))
    await services.bookings.cancel(booked, me)
    [cancelled] = await events(http_client, path)
    clock.move(timedelta(days=31))

    assert before["UID"] == moved["UID"] == cancelled["UID"]
    assert moved.end == before.end - timedelta(hours=1)
    assert before["SEQUENCE"] < moved["SEQUENCE"] < cancelled["SEQUENCE"]
    stamps = [each["LAST-MODIFIED"].dt for each in (before, moved, cancelled)]
    assert stamps[0] < stamps[1] < stamps[2]
    assert [each["STATUS"] for each in (moved, cancelled)] == ["CONFIRMED", "CANCELLED"]
    assert await events(http_client, path) == []


async def test_guests_see_the_bookings_they_are_invited_to(
    services: Services, http_client: HttpClient, wil: HttpClient
):
    booked = BookingId((await wil.book()).json["booking_id"])
    me, guest = person_id(services, "wil"), Guest(person_id(services, "rema"))
    path = await path_of(services, "rema")
    await services.sharing.invite(booked, me, (guest,))

    [event] = await events(http_client, path)
    assert event["UID"] == f"{booked}@roomie"
    assert "Invited by" in event["DESCRIPTION"]

    await services.sharing.remove(booked, me, guest.key)
    assert await events(http_client, path) == []


async def test_a_room_shows_everybody_what_everybody_may_see(
    http_client: HttpClient, wil: HttpClient, rema: HttpClient
):
    booked = (await rema.book(notes="Secret rehearsal")).json["booking_id"]
    await wil.book("17:00", "18:00", event_name="Open meeting", society=_SOCIETY)

    response = await http_client.get("/calendars/rooms/RO-POO.ics")

    shown = await events(http_client, "/calendars/rooms/RO-POO.ics")
    assert {each["SUMMARY"] for each in shown} == {"Booked", "Open meeting"}
    assert b"Secret" not in response.body
    assert booked.encode() not in response.body
    assert response.headers["Cache-Control"] == "no-cache"


async def test_free_busy_times_say_only_when_a_room_is_taken(http_client: HttpClient, wil: HttpClient):
    await wil.book(event_name="Rehearsal")
    await wil.book("17:00", "18:00", event_name="Open meeting", society=_SOCIETY)

    response = await http_client.get("/calendars/freebusy/RO-POO.ics")

    [times] = Calendar.from_ical(response.body).walk("VFREEBUSY")
    period = times["FREEBUSY"].dt
    assert [each.isoformat() for each in period] == ["2016-08-08T14:00:00+00:00", "2016-08-08T17:00:00+00:00"]
    assert b"Open" not in response.body
    assert b"SUMMARY" not in response.body


@pytest.mark.parametrize("kind", ["rooms", "freebusy"])
async def test_a_room_is_up_to_date_after_each_change(http_client: HttpClient, wil: HttpClient, kind: str):
    path = f"/calendars/{kind}/RO-POO.ics"
    tags = [(await http_client.get(path)).headers["ETag"]]
    booked = (await wil.book()).json["booking_id"]
    tags.append((await http_client.get(path)).headers["ETag"])
    await wil.get(f"/rooms.deleteBooking/?booking_id={booked}")
    tags.append((await http_client.get(path)).headers["ETag"])

    assert tags[0] == tags[2] != tags[1]


async def test_apple_is_redirected_to_its_own_kind_of_address(http_client: HttpClient, services: Services):
    for path in (await path_of(services, "wil"), "/calendars/rooms/RO-POO.ics"):
        response = await http_client.get(f"{path}?open=webcal")

        assert response.status == 303
        assert response.headers["Location"].startswith("webcal://")
        assert response.headers["Cache-Control"] == "no-store"


class TestBookingLinks:
    """Signed links to single bookings."""

    @pytest.fixture
    async def link(self, services: Services, wil: HttpClient) -> Callable[[], Awaitable[str]]:
        booked = BookingId((await wil.book(notes="Rehearsal")).json["booking_id"])

        async def path() -> str:
            booking = await services.bookings.get(booked)
            return booking_url("", services.accounts.secrets[0], booking, services.clock.now())

        return path

    async def test_a_link_shows_the_booking(self, http_client: HttpClient, link):
        [event] = await events(http_client, await link())

        assert event["SUMMARY"] == "Rehearsal"

    async def test_a_link_expires(self, http_client: HttpClient, link, clock: StillClock):
        path = await link()
        clock.move(timedelta(days=30))
        assert (await http_client.get(path)).status == 200

        clock.move(timedelta(days=1))

        assert (await http_client.get(path)).status == 404

    async def test_a_link_with_any_other_letter_is_refused(self, http_client: HttpClient, link):
        head, _, token = (await link()).removesuffix(".ics").rpartition("/")

        for place, letter in product(range(len(token)), "ABQgw-"):
            other = letter if token[place] != letter else "_"
            forged = f"{head}/{token[:place]}{other}{token[place + 1 :]}.ics"
            assert (await http_client.get(forged)).status == 404, place

    @pytest.mark.parametrize("content", [b"", b"x" * 19, b"x" * 19 + b"\x00", b"x" * 19 + "é".encode()])
    async def test_what_is_no_link_is_refused(self, http_client: HttpClient, content: bytes):
        token = urlsafe_b64encode(content).decode().rstrip("=")

        assert (await http_client.get(f"/calendars/bookings/{token}.ics")).status in {400, 404}

    async def test_the_links_of_a_former_owner_end(
        self, http_client: HttpClient, link, services: Services, wil: HttpClient
    ):
        path, me, other = await link(), person_id(services, "wil"), person_id(services, "rema")
        [booking] = services.bookings.upcoming(me)
        offered = await services.sharing.offer(booking.id, me, other)
        assert offered.transfer is not None

        await services.sharing.accept(booking.id, offered.transfer.id, other)

        assert (await http_client.get(path)).status == 404
        assert (await http_client.get(await link())).status == 200

    async def test_a_link_ends_with_its_booking(
        self, http_client: HttpClient, link, services: Services, wil: HttpClient
    ):
        path, me = await link(), person_id(services, "wil")
        [booking] = services.bookings.upcoming(me)

        await services.bookings.cancel(booking.id, me)

        assert (await http_client.get(path)).status == 404

    async def test_a_link_of_another_server_is_refused(
        self, http_client: HttpClient, link, services: Services
    ):
        [booking] = services.bookings.upcoming(person_id(services, "wil"))

        forged = booking_url("", b"another secret", booking, services.clock.now())

        assert (await http_client.get(forged)).status == 404
