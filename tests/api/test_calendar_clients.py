"""Calendars in the hands of other programs: vdirsyncer fetches them, and khal shows them."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec import Struct

from bot.services import Services
from core.model import BookingId, PersonId
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock

_SYNC = """
[general]
status_path = "{folder}/status/"

[pair bookings]
a = "roomie"
b = "here"
collections = null

[storage roomie]
type = "http"
url = "{url}"

[storage here]
type = "filesystem"
path = "{folder}/bookings"
fileext = ".ics"
"""
_KHAL = """
[calendars]
[[bookings]]
path = {folder}/bookings
readonly = True

[locale]
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
local_timezone = Europe/London
default_timezone = Europe/London

[sqlite]
path = {folder}/khal.db
"""
_TIMEOUT_SECONDS = 60


class CalendarProgram(Struct, frozen=True):
    """khal with vdirsyncer, which keeps its calendar in a folder."""

    folder: Path

    async def subscribe(self, url: str) -> None:
        (self.folder / "bookings").mkdir()
        (self.folder / "sync").write_text(_SYNC.format(folder=self.folder, url=url))
        (self.folder / "khal").write_text(_KHAL.format(folder=self.folder))
        await self._run("vdirsyncer", "-c", str(self.folder / "sync"), "discover")

    async def shown(self) -> list[str]:
        """Fetches the calendar, and lists what it shows in August, without what is cancelled."""
        await self._run("vdirsyncer", "-c", str(self.folder / "sync"), "sync")
        line = "{start}-{end-time} {title}, {location} {status}"
        shown = await self._run(
            "khal", "-c", str(self.folder / "khal"), "list", "-df", "", "-f", line, "2016-08-01", "31d"
        )
        lines = [each.strip() for each in shown.splitlines()]
        return [each.removesuffix(" CONFIRMED") for each in lines if each and "CANCELLED" not in each]

    async def _run(self, program: str, *arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / program),
            *arguments,
            env=os.environ | {"HOME": str(self.folder), "LC_ALL": "C.UTF-8"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(), _TIMEOUT_SECONDS)
        assert process.returncode == 0, (out, err)
        return out.decode()


@pytest.fixture
async def program(tmp_path: Path, services: Services, http_client: HttpClient) -> CalendarProgram:
    """A calendar program that has subscribed to the bookings of `wil`."""
    program = CalendarProgram(tmp_path / "program")
    program.folder.mkdir()
    secret = await services.calendars.secret(_wil(services))
    await program.subscribe(f"{http_client.url}/calendars/secret/{secret}.ics")
    return program


def _wil(services: Services) -> PersonId:
    account = services.read_model.directory.by_name("wil")
    assert account is not None
    return account.person.id


async def test_a_subscriber_sees_a_booking_and_follows_its_move_and_cancellation(
    program: CalendarProgram, services: Services, wil: HttpClient, clock: StillClock
):
    booked = BookingId((await wil.book(event_name="Tea, cake; more")).json["booking_id"])
    place = "Hub Workshop (RO-POO), Engineering Hub"
    assert await program.shown() == [f"2016-08-08 15:00-17:00 Tea, cake; more, {place}"]

    clock.move(timedelta(minutes=5))
    booking = await services.bookings.get(booked)
    await services.bookings.extend(booking, _wil(services), timedelta(minutes=-60))
    assert await program.shown() == [f"2016-08-08 15:00-16:00 Tea, cake; more, {place}"]

    clock.move(timedelta(minutes=5))
    await services.bookings.cancel(booked, _wil(services))
    assert await program.shown() == []


async def test_a_subscriber_follows_the_dates_of_a_series(
    program: CalendarProgram, services: Services, wil: HttpClient, clock: StillClock
):
    series = {"room_id": "RO-POO", "date": "20160809", "start_time": "15:00", "end_time": "16:00"}
    await wil.post("/rooms.bookSeries/", series | {"rrule": "FREQ=DAILY;COUNT=3"})
    times = "15:00-16:00 Room booking, Hub Workshop (RO-POO), Engineering Hub"
    assert await program.shown() == [f"2016-08-{day:02} {times}" for day in (9, 10, 11)]

    clock.move(timedelta(minutes=5))
    first, second, _ = services.bookings.upcoming(_wil(services))
    await services.bookings.cancel(first.id, _wil(services))
    await services.bookings.extend(second, _wil(services), timedelta(minutes=-30))

    assert await program.shown() == [
        f"2016-08-10 {times.replace('16:00', '15:30')}",
        f"2016-08-11 {times}",
    ]
