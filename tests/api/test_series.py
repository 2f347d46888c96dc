"""Series of bookings over HTTP: preview, book, list and cancel, and what is refused."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import pytest

from bot.services import Services
from bot.web.framework.settings import HttpSettings
from core.policy.recurrence import read_rule
from tests.api.http_client import HttpClient, HttpResponse

_MONDAYS = {
    "room_id": "RO-POO",
    "date": "20160808",
    "start_time": "19:00",
    "end_time": "20:00",
    "rrule": "FREQ=WEEKLY;BYDAY=MO;COUNT=2",
    "event_name": "Committee",
    "society": "SOTECHSOC",
}


async def _preview(who: HttpClient, **more: Any) -> HttpResponse:
    return await who.post("/rooms.previewSeries/", _MONDAYS | more)


async def _book(who: HttpClient, key: str = "", **more: Any) -> HttpResponse:
    headers = {"Idempotency-Key": key} if key else {}
    return await who.post("/rooms.bookSeries/", _MONDAYS | more, headers=headers)


async def _cancel(who: HttpClient, series_id: str, scope: str = "all", key: str = "", **more: Any):
    headers = {"Idempotency-Key": key} if key else {}
    form = {"series_id": series_id, "scope": scope, **more}
    return await who.post("/rooms.deleteSeries/", form, headers=headers)


def _verdicts(preview: dict[str, Any]) -> dict[str, str]:
    return {each["date"]: each["verdict"] for each in preview["dates"]}


def _choices(rows: object) -> str:
    return json.dumps(rows)


async def test_a_preview_shows_each_date_and_books_nothing(wil: HttpClient, rema: HttpClient):
    await rema.book("19:00", "20:00")

    shown = await _preview(wil)

    first, second = shown.json["dates"]
    assert shown.status == 200
    assert (first["date"], first["start"], first["end"]) == ("2016-08-08", "19:00:00", "20:00:00")
    assert (first["verdict"], first["code"]) == ("taken", "slot_taken")
    assert first["taken_by"] == [
        {"name": "Booked", "start": "2016-08-08T18:00:00.000Z", "end": "2016-08-08T19:00:00.000Z"}
    ]
    assert first["other_room"]["room_id"] != "RO-POO"
    assert (second["verdict"], second["room_id"]) == ("free", "RO-POO")
    assert "error" not in second
    assert shown.json["choices"]["free"] == [{"date": "2016-08-15", "room_id": "RO-POO"}]
    assert (await wil.get("/user.bookings/")).json == []


async def test_a_preview_by_get_can_be_revalidated(wil: HttpClient):
    shown = await wil.get("/rooms.previewSeries/", params=_MONDAYS)
    again = await wil.get(
        "/rooms.previewSeries/", params=_MONDAYS, headers={"If-None-Match": shown.headers["ETag"]}
    )

    assert shown.json == (await _preview(wil)).json
    assert "private" in shown.headers["Cache-Control"]
    assert again.status == 304


async def test_what_a_preview_shows_is_booked(wil: HttpClient, rema: HttpClient):
    await rema.book("19:00", "20:00")
    shown = (await _preview(wil)).json

    booked = await _book(wil, choices=_choices(shown["choices"]["with_other_rooms"]))

    assert (booked.status, booked.json["success"]) == (200, True)
    assert [{"date": each["date"], "room_id": each["room_id"]} for each in booked.json["bookings"]] == shown[
        "choices"
    ]["with_other_rooms"]
    mine = (await wil.get("/user.bookings/")).json
    assert {each["series_id"] for each in mine} == {booked.json["series_id"]}
    assert [each["booking_id"] for each in mine] == [each["booking_id"] for each in booked.json["bookings"]]


async def test_choices_are_a_list_in_json_too(wil: HttpClient):
    choices = (await _preview(wil)).json["choices"]["free"]

    booked = await wil.ask("POST", "/rooms.bookSeries/", json=_MONDAYS | {"choices": choices[:1]})

    assert [each["date"] for each in booked.json["bookings"]] == ["2016-08-08"]
    listed = (await wil.get("/rooms.series/")).json
    assert [each["exdate"] for each in listed] == [["2016-08-15"]]


async def test_single_bookings_look_as_before(wil: HttpClient):
    await wil.book()

    (row,) = (await wil.get("/user.bookings/")).json

    assert list(row) == [
        "username", "notes", "start", "end", "booking_id", "date", "room_id", "room_name"
    ]  # fmt: skip


async def test_a_date_taken_meanwhile_leaves_all_unbooked_and_shows_a_new_preview(
    wil: HttpClient, rema: HttpClient
):
    choices = (await _preview(wil)).json["choices"]["free"]
    await rema.book("19:00", "20:00")

    refused = await _book(wil, choices=_choices(choices), key="once")

    assert (refused.status, refused.json["code"]) == (409, "not_all_bookable")
    assert refused.json["error"]
    assert _verdicts(refused.json["preview"]) == {"2016-08-08": "taken", "2016-08-15": "free"}
    assert (await wil.get("/user.bookings/")).json == []
    again = await _book(wil, choices=_choices(refused.json["preview"]["choices"]["free"]), key="once")
    assert again.json["success"] is True, "a refusal uses up no key"


async def test_a_repeated_request_books_once(wil: HttpClient):
    first, again = [await _book(wil, key="k") for _ in range(2)]
    other = await _book(wil, key="k", start_time="17:00", end_time="18:00")

    assert first.json == again.json
    assert other.json["code"] == "handled"
    assert len((await wil.get("/user.bookings/")).json) == 2


async def test_rooms_are_chosen_where_none_is_named(wil: HttpClient):
    wanted = {"room_id": "", "capacity": "20", "near": "H-G9"}

    shown = (await _preview(wil, **wanted)).json
    nothing_chosen = await _book(wil, **wanted)
    booked = await _book(wil, choices=_choices(shown["choices"]["free"]), **wanted)

    assert shown["is_all_free"] is True
    assert len({each["room_id"] for each in shown["dates"]}) == 1
    assert nothing_chosen.json["code"] == "missing_field"
    assert booked.json["success"] is True


async def test_a_persons_own_series_costs_quota(rema: HttpClient):
    own = {"event_name": "", "society": "", "notes": "reading", "rrule": "FREQ=DAILY;COUNT=3"}

    shown = (await _preview(rema, **own)).json
    booked = (await _book(rema, **own)).json
    more = (await _preview(rema, **own | {"start_time": "17:00", "end_time": "18:00"})).json

    assert shown["quota_cost"] == 180
    assert booked["quota_left"] == (await rema.get("/user.info/")).json["quota_left"]
    assert set(_verdicts(more).values()) <= {"free", "over_quota"}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"rrule": ""}, "missing_field"),
        ({"rrule": "every tuesday"}, "bad_series"),
        ({"rrule": "FREQ=WEEKLY;BYDAY=MO"}, "endless_series"),
        ({"rrule": "FREQ=HOURLY;COUNT=3"}, "series_too_frequent"),
        ({"rrule": "FREQ=DAILY;COUNT=53"}, "too_many_dates"),
        ({"rrule": "FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=MO;UNTIL=20160809"}, "never_happens"),
        ({"rrule": "FREQ=WEEKLY;UNTIL=20160807"}, "ends_before_start"),
        ({"rrule": "FREQ=WEEKLY;COUNT=2;BYHOUR=9"}, "unsupported_rule"),
        ({"rrule": "FREQ=WEEKLY;COUNT=2;" * 100}, "bad_series"),
        ({"rrule": "FREQ=WEEKLY;COUNT=\u0663"}, "bad_series"),
        ({"date": "20160230"}, "bad_date"),
        ({"exdate": "20160815,never"}, "bad_date"),
        ({"exdate": "20160815," * 400}, "bad_date"),
        ({"exdate": "20160808,20160815"}, "never_happens"),
        ({"start_time": "20:00", "end_time": "19:00"}, "bad_times"),
        ({"start_time": "20:00", "end_time": "20:00"}, "bad_times"),
        ({"start_time": "19:07"}, "bad_times"),
        ({"start_time": "7pm"}, "bad_times"),
        ({"room_id": "NO-SUCH"}, "unknown_room"),
        ({"near": "NO-SUCH"}, "unknown_building"),
        ({"capacity": "many"}, "bad_parameter"),
        ({"society": "NOPE"}, "bad_society"),
        ({"event_name": ""}, "missing_field"),
        ({"notes": "x" * 151}, "invalid"),
    ],
)
@pytest.mark.parametrize("path", ["/rooms.previewSeries/", "/rooms.bookSeries/"])
async def test_a_series_that_cannot_be_is_refused_with_a_code(
    wil: HttpClient, path: str, fields: dict[str, str], code: str
):
    response = await wil.post(path, _MONDAYS | fields)

    assert response.status == 200
    assert response.json["code"] == code
    assert response.json["error"]
    assert (await wil.get("/user.bookings/")).json == []


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ("free", "bad_parameter"),
        ("{}", "bad_parameter"),
        ("[1]", "bad_parameter"),
        ('[{"date": "20160808"}]', "bad_parameter"),
        ('[{"date": 20160808, "room_id": "RO-POO"}]', "bad_parameter"),
        ('[{"date": "8 August", "room_id": "RO-POO"}]', "bad_date"),
        ('[{"date": "20160809", "room_id": "RO-POO"}]', "bad_series"),
        ('[{"date": "20160808", "room_id": "NO-SUCH"}]', "unknown_room"),
        ('[{"date": "20160808", "room_id": "A"}, {"date": "2016-08-08", "room_id": "B"}]', "bad_date"),
        (json.dumps([{"date": "20160808", "room_id": "RO-POO"}] * 53), "too_many_dates"),
        ("[]", "nothing_to_book"),
        ("[" * 20_000, "bad_parameter"),
    ],
)
async def test_choices_that_no_preview_showed_are_refused(wil: HttpClient, choices: str, code: str):
    response = await _book(wil, choices=choices)

    assert (response.status, response.json["code"]) == (200, code)
    assert (await wil.get("/user.bookings/")).json == []


@pytest.mark.parametrize("nested", [[[[[[1]]]]], {"a": 1}, [None], [{"date": ["x"], "room_id": "y"}]])
async def test_other_json_than_a_list_of_choices_is_a_bad_parameter(wil: HttpClient, nested: object):
    chosen = await wil.ask("POST", "/rooms.bookSeries/", json=_MONDAYS | {"choices": nested})
    elsewhere = await wil.ask("POST", "/rooms.bookSeries/", json=_MONDAYS | {"room_id": nested})

    assert (chosen.status, chosen.json["code"]) == (200, "bad_parameter")
    assert elsewhere.json["code"] == "bad_parameter"


async def test_one_date_then_the_rest_is_cancelled(wil: HttpClient):
    series_id = (await _book(wil, rrule="FREQ=WEEKLY;BYDAY=MO;COUNT=3")).json["series_id"]

    one = await _cancel(wil, series_id, "one", date="20160815")
    gone = await _cancel(wil, series_id, "one", date="20160815")
    following = await _cancel(wil, series_id, "following", date="2016-08-22")

    assert [each["date"] for each in one.json["series"]["bookings"]] == ["2016-08-08", "2016-08-22"]
    assert one.json["series"]["exdate"] == ["2016-08-15"]
    assert gone.json["code"] == "no_such_booking"
    assert [each["date"] for each in following.json["series"]["bookings"]] == ["2016-08-08"]
    assert (await _cancel(wil, series_id)).json["series"]["bookings"] == []
    assert (await wil.get("/rooms.series/")).json == []
    assert (await wil.get("/user.bookings/")).json == []


async def test_a_repeated_cancellation_answers_alike(wil: HttpClient):
    series_id = (await _book(wil)).json["series_id"]
    other = (await _book(wil, start_time="17:00", end_time="18:00")).json["series_id"]

    first, again = [await _cancel(wil, series_id, "one", key="c", date="20160808") for _ in range(2)]
    elsewhere = await _cancel(wil, other, key="c")

    assert first.json["success"] is True
    assert again.json == first.json
    assert elsewhere.json["code"] == "handled"
    assert len((await wil.get("/user.bookings/")).json) == 3


async def test_a_date_cancelled_singly_stays_cancelled_in_its_series(wil: HttpClient):
    booked = (await _book(wil)).json

    await wil.get(f"/rooms.deleteBooking/?booking_id={booked['bookings'][0]['booking_id']}")

    (series,) = (await wil.get("/rooms.series/")).json
    assert [each["date"] for each in series["bookings"]] == ["2016-08-15"]


async def test_the_rule_that_is_shown_can_be_read_again(wil: HttpClient, services: Services):
    await _book(wil)

    (series,) = (await wil.get("/rooms.series/")).json

    assert series["rrule"] == _MONDAYS["rrule"]
    assert read_rule(series["rrule"], services.clock.now().date(), services.rules.zone)


async def test_series_are_seen_by_their_owner_and_their_society(
    wil: HttpClient, emily: HttpClient, rema: HttpClient
):
    series_id = (await _book(wil)).json["series_id"]

    assert (await emily.get("/rooms.series/")).json == []
    for seen in ("society=SOTECHSOC", f"series_id={series_id}"):
        assert [each["series_id"] for each in (await emily.get(f"/rooms.series/?{seen}")).json] == [series_id]
    assert (await rema.get("/rooms.series/?society=SOTECHSOC")).json["code"] == "bad_society"
    assert (await rema.get(f"/rooms.series/?series_id={series_id}")).json["code"] == "no_such_series"
    for other in (emily, rema):
        assert (await _cancel(other, series_id)).json["code"] == "not_your_booking"
    assert (await _cancel(wil, str(uuid4()))).json["code"] == "no_such_series"
    assert (await _cancel(wil, "x")).json["code"] == "no_such_series"
    assert (await _cancel(wil, series_id, "some")).json["code"] == "bad_parameter"
    assert (await _cancel(wil, series_id, "one")).json["code"] == "bad_series"


async def test_a_societys_token_books_series_and_its_president_cancels_them(
    wil: HttpClient, emily: HttpClient, society: HttpClient
):
    series_id = (await _book(society)).json["series_id"]

    assert (await _preview(society)).json["is_all_free"] is False
    assert (await society.get("/rooms.series/")).status == 403
    assert (await _cancel(society, series_id)).status == 403
    assert (await _cancel(emily, series_id)).json["code"] == "not_your_booking"
    assert (await _cancel(wil, series_id)).json["success"] is True


class TestRates:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=12)

    async def test_a_preview_costs_more_than_one_request(self, wil: HttpClient):
        statuses = [(await _preview(wil)).status for _ in range(4)]

        assert statuses[0] == 200
        assert statuses[-1] == 429


class TestLowRates:
    @pytest.fixture
    def settings(self) -> HttpSettings:
        return HttpSettings(rate_limit=3)

    async def test_a_preview_is_possible_under_any_limit(self, http_client: HttpClient):
        response = await http_client.post("/rooms.previewSeries/", _MONDAYS)

        assert response.status == 401


async def test_twenty_clients_book_one_series_at_once(http_client: HttpClient):
    people = [await http_client.log_in(name) for name in ("wil", "emily")]

    responses = await asyncio.gather(*(_book(people[each % 2]) for each in range(20)))

    assert sorted(each.status for each in responses) == [200, *[409] * 19]
    for refused in (each.json for each in responses if each.status == 409):
        assert set(_verdicts(refused["preview"]).values()) == {"taken"}
    counts = [len((await each.get("/user.bookings/")).json) for each in people]
    assert sorted(counts) == [0, 2]


@pytest.mark.parametrize(
    "other",
    [{"event_name": "Board"}, {"notes": "bring cake"}, {"room_id": "H-D20-205"}, {"end_time": "21:00"}],
    ids=str,
)
async def test_a_key_that_booked_something_else_is_refused(wil: HttpClient, other: dict[str, str]):
    key = str(uuid4())
    booked = await _book(wil, key)
    assert booked.json["success"], booked.json

    assert (await _book(wil, key)).json["series_id"] == booked.json["series_id"]
    assert (await _book(wil, key, **other)).json["code"] == "handled"
    assert len((await wil.get("/user.bookings/")).json) == 2
