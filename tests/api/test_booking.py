"""Booking, refusals and cancelling through the Roomie API."""

import asyncio
from datetime import timedelta

import pytest

from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock


async def test_a_booking_is_seen_everywhere_at_once(wil: HttpClient, http_client: HttpClient):
    at = "2016-08-08T14:30:00Z"
    before = (await http_client.get(f"/api/rooms/status?datetime={at}")).json["H-G9"]["RO-POO"]

    booking_id = (await wil.book(notes="talk")).json["booking_id"]

    assert before == {"status": "free", "endtime": ""}
    assert (await http_client.get(f"/api/rooms/status?datetime={at}")).json["H-G9"]["RO-POO"] == {
        "status": "busy",
        "endtime": "2016-08-08T16:00:00.000Z",
    }
    day = (await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")).json
    assert day == [{"username": "Wil", "notes": "talk", "start": "15:00:00", "end": "17:00:00"}]
    assert (await wil.get("/user.bookings/")).json[0]["booking_id"] == booking_id
    assert (await wil.get("/user.info/")).json["quota_left"] == 60


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"room_id": "NO-SUCH"}, "unknown_room", "Room ID does not exist."),
        ({"room_id": "RO-POO'; DROP TABLE room; --"}, "unknown_room", "Room ID does not exist."),
        ({"room_id": "<b>RO-POO</b>"}, "unknown_room", "Room ID does not exist."),
        ({"room_id": "RO-\x00POO"}, "unknown_room", "Room ID does not exist."),
        ({"room_id": "RO-\u202ePOO"}, "unknown_room", "Room ID does not exist."),
        ({"room_id": "x" * 10_000}, "unknown_room", "Room ID does not exist."),
        ({"room_id": ""}, "missing_field", "No room_id supplied"),
        ({"date": "20160230"}, "bad_date", "Invalid date or time given."),
        ({"date": "2016-08-08"}, "bad_date", "Invalid date or time given."),
        ({"date": "99991231"}, "bad_date", "Invalid date or time given."),
        ({"date": "٢٠١٦٠٨٠٨"}, "bad_date", "Invalid date or time given."),
        ({"date": ""}, "missing_field", "No date supplied"),
        ({"start_time": "15"}, "bad_times", "Invalid times given."),
        ({"start_time": "25:00"}, "bad_times", "Invalid times given."),
        ({"start_time": "15:07"}, "bad_times", "Invalid times given."),
        ({"start_time": "17:00", "end_time": "15:00"}, "bad_times", "Invalid times given."),
        ({"start_time": "15:00", "end_time": "15:00"}, "bad_times", "Invalid times given."),
        ({"start_time": "07:00"}, "outside_hours", "Choose a starting time after opening time."),
        ({"start_time": "20:00", "end_time": "21:30"}, "outside_hours",
         "Choose an end time before closing time."),
        ({"date": "20160804"}, "in_the_past", "Invalid date or time given. That time has passed."),
        ({"date": "20160813", "start_time": "10:00", "end_time": "11:00"}, "too_far_ahead",
         "You are not allowed to book more than 7 days in advance."),
        ({"date": "20160827", "start_time": "10:00", "end_time": "11:00", "event_name": "x"}, "too_far_ahead",
         "Societies are not allowed to book rooms more than 3 weeks in advance"),
        ({"start_time": "13:00"}, "no_quota", "You do not have enough quota left."),
        ({"room_id": "RO-PIZZA"}, "society_only", "This room can only be booked for a society."),
        ({"society": "NOPE", "event_name": "x"}, "bad_society", "Bad society ID."),
        ({"society": "SOTECHSOC"}, "missing_field", "No event_name supplied"),
        ({"society_booking": "true"}, "missing_field", "No event_name supplied"),
        ({"society_booking": "maybe"}, "bad_parameter", "Invalid society_booking"),
        ({"notes": "x" * 151}, "invalid", "Please keep it to 150 characters."),
        ({"notes": "a\x00b"}, "bad_parameter", "Invalid notes"),
        ({"event_name": "x" * 151}, "invalid", "Please keep it to 150 characters."),
    ],
)  # fmt: skip
async def test_a_refusal_is_an_answer_that_says_why(wil: HttpClient, fields: dict, code: str, message: str):
    form = {"room_id": "RO-POO", "date": "20160808", "start_time": "15:00", "end_time": "17:00"}

    response = await wil.post("/rooms.book/", form | fields)

    assert response.status == 200
    assert (response.json["code"], response.json["error"]) == (code, message)
    assert "success" not in response.json
    assert (await wil.get("/user.bookings/")).json == []


async def test_a_taken_slot_says_what_takes_it(wil: HttpClient, rema: HttpClient):
    await wil.book("14:00", "16:00", notes="secret")

    response = await rema.book()

    assert response.json["error"] == "This slot has already been booked."
    assert response.json["taken_by"] == [
        {"name": "Booked", "start": "2016-08-08T13:00:00.000Z", "end": "2016-08-08T15:00:00.000Z"}
    ]


async def test_back_to_back_bookings_do_not_clash(wil: HttpClient, rema: HttpClient):
    assert (await wil.book("14:00", "15:00")).json["success"]
    assert (await rema.book("15:00", "16:00")).json["success"]


async def test_a_start_one_minute_past_the_hour_is_the_hour(wil: HttpClient):
    response = await wil.book("15:01", "17:00")

    assert response.json["quota_left"] == 60
    assert (await wil.get("/user.bookings/")).json[0]["start"] == "15:00:00"


async def test_date_wins_over_data(wil: HttpClient):
    await wil.book(data="20160809")

    assert (await wil.get("/user.bookings/")).json[0]["date"] == "2016-08-08"


async def test_the_last_day_of_the_horizon_may_be_booked(wil: HttpClient):
    response = await wil.book("10:00", "11:00", day="20160812")

    assert response.json["success"] is True


async def test_a_slot_that_has_begun_is_booked_at_full_charge(wil: HttpClient, clock: StillClock):
    clock.move(timedelta(minutes=20))

    now = await wil.book("10:15", "11:15", day="20160805")
    past = await wil.book("10:00", "10:30", day="20160805")

    assert now.json["quota_left"] == 120
    assert past.json["code"] in {"in_the_past", "slot_taken"}


@pytest.mark.parametrize(
    ("fields", "is_for_society"),
    [
        ({"event_name": "talk", "society": "SOTECHSOC"}, True),
        ({"event_name": "talk"}, True),
        ({"event_name": "talk", "society_booking": "true"}, True),
        ({"event_name": "talk", "society": "SOTECHSOC", "society_booking": "1"}, True),
        ({"event_name": "talk", "society": "SOTECHSOC", "society_booking": "false"}, False),
        ({"event_name": "", "society": "", "society_booking": ""}, False),
        ({"notes": "talk"}, False),
    ],
)
async def test_a_booking_is_a_societys_when_the_request_says_so(
    wil: HttpClient, fields: dict, *, is_for_society: bool
):
    made = await wil.book(**fields)

    assert made.json["quota_left"] == (180 if is_for_society else 60)
    notes = (await wil.get("/user.bookings/")).json[0]["notes"]
    assert (notes == "talk -UCLU Technology Society") is is_for_society


async def test_staff_book_beyond_quota_and_week(http_client: HttpClient):
    dana = await http_client.log_in("dana")

    response = await dana.book("09:00", "20:00", day="20161031")

    assert response.json["success"] is True


async def test_cancelling_gives_back_the_charge_once(wil: HttpClient):
    booking_id = (await wil.book()).json["booking_id"]
    path = f"/api/v1/rooms.deleteBooking?booking_id={booking_id}"

    first, second = await wil.get(path), await wil.get(path)

    assert first.json == {"success": True}
    assert second.json["error"] == "No booking has been found"
    assert (await wil.get("/user.info/")).json["quota_left"] == 180


async def test_deleting_works_by_three_methods(wil: HttpClient):
    for method, how in (("GET", {}), ("POST", {}), ("DELETE", {}), ("POST", {"body": True})):
        booking_id = (await wil.book()).json["booking_id"]
        given = {"booking_id": booking_id.upper()}
        as_body = {"data": given} if how else {"params": given}

        response = await wil.ask(method, "/rooms.deleteBooking/", **as_body)

        assert response.json == {"success": True}


@pytest.mark.parametrize(
    "booking_id", ["", "x", "1", "21cf0a17-4b64-4a5f-9a0e-9381d4195af1", "%00", "é" * 500]
)
async def test_deleting_an_unknown_booking_is_refused(wil: HttpClient, booking_id: str):
    response = await wil.ask("GET", "/rooms.deleteBooking/", params={"booking_id": booking_id})

    assert response.status == 200
    assert response.json["error"] in {"No booking has been found", "No booking_id supplied"}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("room_id=NOPE&date=20160808", "Room ID does not exist."),
        ("room_id=RO-POO&date=2016080", "Invalid Date has been entered."),
        ("room_id=RO-POO&date=20161301", "Invalid Date has been entered."),
        ("room_id=RO-POO&date=2016-8-8", "Invalid Date has been entered."),
        ("room_id=RO-POO", "No date supplied"),
        ("date=20160808", "No room_id supplied"),
        ("room_id=RO-POO&date=20160808&date=20160809", "Invalid date"),
    ],
)
async def test_an_invalid_date_is_refused_with_the_reason(wil: HttpClient, query: str, message: str):
    response = await wil.get(f"/rooms.bookings/?{query}")

    assert response.status == 200
    assert response.json["error"] == message


async def test_a_day_lists_timetable_and_bookings_by_start(wil: HttpClient):
    await wil.book("09:00", "10:00", room_id="H-C12-G01")

    response = await wil.get("/rooms.bookings/?room_id=H-C12-G01&date=20160808")

    assert [(each["notes"], each["start"], each["end"]) for each in response.json] == [
        ("", "09:00:00", "10:00:00"),
        ("MATH1001 TUT", "11:00:00", "12:00:00"),
    ]


async def test_days_far_from_now_are_answered_from_storage(wil: HttpClient, clock: StillClock):
    await wil.book(notes="long ago")
    clock.move(timedelta(days=200))
    wil = await wil.log_in("wil")

    own = await wil.get("/user.bookings/?date=20160808")
    day = await wil.get("/rooms.bookings/?room_id=RO-POO&date=20160808")
    future = await wil.get("/rooms.bookings/?room_id=RO-POO&date=29990101")

    assert own.json[0]["notes"] == day.json[0]["notes"] == "long ago"
    assert future.json == []


async def test_own_bookings_without_a_date_are_those_from_today_on(wil: HttpClient, clock: StillClock):
    await wil.book("10:00", "11:00", day="20160805")
    await wil.book("10:00", "11:00", day="20160808")

    today = (await wil.get("/user.bookings/")).json
    clock.move(timedelta(days=1))
    tomorrow = (await wil.get("/user.bookings/")).json

    assert [each["date"] for each in today] == ["2016-08-05", "2016-08-08"]
    assert [each["date"] for each in tomorrow] == ["2016-08-08"]


async def test_a_quota_week_ends_on_monday_at_three(wil: HttpClient, clock: StillClock):
    await wil.book()

    clock.move(timedelta(days=2, hours=16, minutes=59))  # Monday, 02:59 in London
    before = (await wil.get("/user.info/")).json["quota_left"]
    clock.move(timedelta(minutes=1))
    after = (await wil.get("/user.info/")).json["quota_left"]

    assert (before, after) == (60, 180)


class TestIdempotencyKeys:
    """A client that never got the response sends the request again."""

    async def test_a_repeated_request_books_once_and_gets_the_same_response(self, wil: HttpClient):
        answers = await asyncio.gather(*(wil.book("15:00", "16:00", key="k-1") for _ in range(8)))
        later = await wil.book("15:00", "16:00", key="k-1")

        assert len({response.json["booking_id"] for response in (*answers, later)}) == 1
        assert {response.json["quota_left"] for response in (*answers, later)} == {120}
        assert len((await wil.get("/user.bookings/")).json) == 1

    async def test_a_key_reused_for_another_request_is_refused(self, wil: HttpClient):
        await wil.book("15:00", "16:00", key="k-1")

        response = await wil.book("16:00", "17:00", key="k-1")

        assert response.json["code"] == "handled"
        assert len((await wil.get("/user.bookings/")).json) == 1

    async def test_keys_of_different_people_are_independent(self, wil: HttpClient, rema: HttpClient):
        mine, theirs = (
            await wil.book("15:00", "16:00", key="k-1"),
            await rema.book("16:00", "17:00", key="k-1"),
        )

        assert mine.json["booking_id"] != theirs.json["booking_id"]

    async def test_a_society_keeps_its_keys_apart_from_people(self, wil: HttpClient, society: HttpClient):
        await wil.book("15:00", "16:00", key="k-1")

        first, again = [await society.book("16:00", "17:00", event_name="talk", key="k-1") for _ in range(2)]

        assert first.json["booking_id"] == again.json["booking_id"]

    @pytest.mark.parametrize("key", ["x" * 256, "two words", "kéy"])
    async def test_an_invalid_key_is_refused_and_nothing_is_booked(self, wil: HttpClient, key: str):
        assert (await wil.book(key=key)).json["code"] == "bad_parameter"
        assert (await wil.get("/user.bookings/")).json == []

    async def test_two_keys_at_once_are_refused_and_nothing_is_booked(self, wil: HttpClient):
        form = {"room_id": "RO-POO", "date": "20160808", "start_time": "15:00", "end_time": "16:00"}

        response = await wil.post(
            "/rooms.book/", form, headers=[("Idempotency-Key", "k-1"), ("Idempotency-Key", "k-2")]
        )

        assert response.json["code"] == "doubled_parameter"
        assert (await wil.get("/user.bookings/")).json == []
