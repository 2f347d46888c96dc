"""The FreeRooms API: filters, shapes, and instants."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from yarl import URL

from bot.services import Services
from tests.api.http_client import HttpClient
from tests.fakes.clock import StillClock

_MONDAY = "2016-08-08T10:30:00.000Z"  # half past eleven in London; MATH1001 TUT until 11:00Z in H-C12-G01
_NUMBERS = {"H-B4", "H-C12", "H-D20", "H-E22", "H-F7", "H-G9"}


async def _rooms_in(http_client: HttpClient, query: str) -> set[str]:
    """The rooms in a response, as building and number."""
    response = await http_client.get(f"/api/rooms/status?{query}")
    assert response.status == 200, response
    assert set(response.json) == _NUMBERS
    return {f"{building}/{number}" for building, rooms in response.json.items() for number in rooms}


async def test_every_building_is_listed_even_without_a_matching_room(http_client: HttpClient):
    assert await _rooms_in(http_client, "capacity=5000") == set()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("capacity=120", {"H-C12/LT1", "H-F7/1"}),
        ("usage=STUDIO", None),
        ("usage=SDIO", {"H-F7/2"}),
        ("usage=AUD&capacity=100", {"H-F7/1"}),
        ("usage=LAB&location=upper", {"H-E22/110", "H-E22/112"}),
        ("usage=LAB&location=lower", set()),
        ("id=true", set()),
        ("usage=CMLB&id=false", {"H-D20/G10", "H-D20/G11"}),
        ("usage=CMLB&capacity=&duration=&location=&id=&datetime=", {"H-D20/G10", "H-D20/G11"}),
        ("usage=CMLB&unknown=1&unknown=2", {"H-D20/G10", "H-D20/G11"}),
        ("usage=CMLB&capacity=0&duration=0", {"H-D20/G10", "H-D20/G11"}),
        (f"usage=CMLB&datetime={_MONDAY}&duration=90", {"H-D20/G10", "H-D20/G11"}),
        (f"usage=CMLB&datetime={_MONDAY}&duration=91", {"H-D20/G11"}),
        (f"usage=TUSM&datetime={_MONDAY}&duration=1&capacity=24", {"H-C12/G02", "H-C12/G03"}),
        (f"usage=TUSM&datetime={_MONDAY}&capacity=24", {"H-C12/G01", "H-C12/G02", "H-C12/G03"}),
    ],
)
async def test_filters_drop_rooms_that_do_not_match(
    http_client: HttpClient, query: str, expected: set[str] | None
):
    if expected is None:
        assert (await http_client.get(f"/api/rooms/status?{query}")).status == 400
    else:
        assert await _rooms_in(http_client, query) == expected


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("capacity=-1", "capacity"),
        ("capacity=1.5", "capacity"),
        ("capacity=many", "capacity"),
        ("capacity=99999999999999999999", "capacity"),
        ("capacity=1&capacity=2", "capacity"),
        ("duration=-5", "duration"),
        ("duration=1e3", "duration"),
        ("usage=aud", "usage"),
        ("usage=<b>", "usage"),
        ("location=Upper", "location"),
        ("location=middle", "location"),
        ("id=1", "id"),
        ("datetime=yesterday", "datetime"),
        ("datetime=2016-08-08", "datetime"),
        ("datetime=2016-08-08T10:00:00", "datetime"),
        ("datetime=2016-02-30T10:00:00Z", "datetime"),
        ("datetime=9999-12-31T23:59:59Z", "datetime"),
        ("datetime=0001-01-01T00:00:00%2B14:00", "datetime"),
        ("datetime=2016-08-08T25:00:00Z", "datetime"),
        ("datetime=%FF", "datetime"),
    ],
)
async def test_a_bad_parameter_is_named(http_client: HttpClient, query: str, name: str):
    response = await http_client.get(f"/api/rooms/status?{query}")

    assert response.status == 400
    assert response.json == {"error": f"Invalid {name}"}


@pytest.mark.parametrize(
    "written",
    [
        "2016-08-08T10:50:00.000Z",
        "2016-08-08T10:50:00Z",
        "2016-08-08T10:50Z",
        "2016-08-08T10:50:00.123456Z",
        "2016-08-08T11:50:00%2B01:00",
        "2016-08-08T11:50:00+01:00",
        "2016-08-08T05:20:00-05:30",
    ],
)
async def test_an_instant_may_be_written_in_many_ways(http_client: HttpClient, written: str):
    response = await http_client.get(f"/api/rooms/status?datetime={written}")

    assert response.json["H-C12"]["G01"] == {"status": "soon", "endtime": "2016-08-08T11:00:00.000Z"}


@pytest.mark.parametrize(
    ("at", "status", "end"),
    [
        ("09:59:59", "free", "2016-08-08T10:00:00.000Z"),
        ("10:00:00", "busy", "2016-08-08T11:00:00.000Z"),
        ("10:44:59", "busy", "2016-08-08T11:00:00.000Z"),
        ("10:45:00", "soon", "2016-08-08T11:00:00.000Z"),
        ("10:59:59", "soon", "2016-08-08T11:00:00.000Z"),
        ("11:00:00", "free", ""),
    ],
)
async def test_busy_soon_and_free_have_exact_edges(http_client: HttpClient, at: str, status: str, end: str):
    response = await http_client.get(f"/api/rooms/status?datetime=2016-08-08T{at}Z")

    assert response.json["H-C12"]["G01"] == {"status": status, "endtime": end}


async def test_adjacent_bookings_count_as_one(http_client: HttpClient, wil: HttpClient, rema: HttpClient):
    await wil.book("15:00", "16:00")
    await rema.book("16:00", "17:00")

    response = await http_client.get("/api/rooms/status?datetime=2016-08-08T14:30:00Z")

    assert response.json["H-G9"]["RO-POO"] == {"status": "busy", "endtime": "2016-08-08T16:00:00.000Z"}


async def test_now_moves_on_without_anything_else_changing(http_client: HttpClient, clock: StillClock):
    """Friday: LAWS2004 SEM in H-C12-G03 from nine to eleven, London time."""
    expected = []
    for minutes in (0, 44, 1, 15):
        clock.move(timedelta(minutes=minutes))
        expected.append((await http_client.get("/api/rooms/status")).json["H-C12"]["G03"]["status"])

    assert expected == ["busy", "busy", "soon", "free"]


async def test_a_day_ends_at_midnight_of_the_campus(http_client: HttpClient, clock: StillClock):
    """Sunday 23:00Z is midnight in London; only then does Monday's first class end the free interval."""
    clock.set(clock.now().replace(day=7, hour=22, minute=59, second=59))
    sunday = (await http_client.get("/api/rooms/status")).json["H-C12"]["LT1"]
    clock.move(timedelta(seconds=1))
    monday = (await http_client.get("/api/rooms/status")).json["H-C12"]["LT1"]

    assert sunday == {"status": "free", "endtime": ""}
    assert monday == {"status": "free", "endtime": "2016-08-08T08:00:00.000Z"}


async def test_a_clock_that_steps_back_is_followed(http_client: HttpClient, clock: StillClock):
    before = (await http_client.get("/api/rooms/status")).body
    clock.move(timedelta(hours=2))
    later = (await http_client.get("/api/rooms/status")).body
    clock.move(timedelta(hours=-2))

    assert (await http_client.get("/api/rooms/status")).body == before != later


async def test_the_nested_shape_counts_free_rooms(http_client: HttpClient):
    flat = (await http_client.get(f"/api/rooms/status?datetime={_MONDAY}")).json
    nested = (await http_client.get(f"/api/rooms/status?datetime={_MONDAY}&shape=nested")).json

    assert {building: each["roomStatuses"] for building, each in nested.items()} == flat
    free = [each["status"] for each in flat["H-C12"].values()].count("free")
    assert nested["H-C12"]["numAvailable"] == free


async def test_search_lists_free_and_soon_rooms_by_id(http_client: HttpClient):
    busy = (await http_client.get(f"/api/rooms/search?usage=TUSM&datetime={_MONDAY}")).json
    soon = (await http_client.get("/api/rooms/search?usage=TUSM&datetime=2016-08-08T10:50:00Z")).json

    assert "H-C12-G01" not in busy
    assert soon["H-C12-G01"] == {"status": "soon", "endtime": "2016-08-08T11:00:00.000Z", "name": "Wren G01"}


@pytest.mark.parametrize(
    ("query", "rooms"),
    [
        ("buildingId=H-G9", {"RO-PIZZA", "RO-POO"}),
        ("buildingId=NOWHERE", set()),
        ("buildingId=H-G9&capacity=15", {"RO-POO"}),
        (
            "usage=CMLB&startTime=2016-08-08T11:00:00Z&endTime=2016-08-08T12:00:00Z",
            {"H-D20-G10", "H-D20-G11"},
        ),
        ("usage=CMLB&startTime=2016-08-08T11:00:00Z&endTime=2016-08-08T12:00:01Z", {"H-D20-G11"}),
        ("usage=CMLB&startTime=2016-08-08T23:00:00Z&endTime=2016-08-09T08:30:00Z", {"H-D20-G10"}),
    ],
)
async def test_search_really_applies_building_and_slot(http_client: HttpClient, query: str, rooms: set[str]):
    response = await http_client.get(f"/api/rooms/search?{query}")

    assert set(response.json) == rooms


@pytest.mark.parametrize(
    "query",
    [
        "startTime=2016-08-08T12:00:00Z&endTime=2016-08-08T12:00:00Z",
        "startTime=2016-08-08T12:00:00Z&endTime=2900-08-08T12:00:00Z",
        "endTime=2016-08-01T12:00:00Z",
    ],
)
async def test_a_slot_must_have_some_length_but_not_any(http_client: HttpClient, query: str):
    response = await http_client.get(f"/api/rooms/search?{query}")

    assert response.json == {"error": "Invalid endTime"}


@pytest.mark.parametrize(
    "room_id", ["NOPE", "'; DROP TABLE room; --", "<script>", "\u202eOOP-OR", "{x}", "a/b"]
)
@pytest.mark.parametrize("name", ["bookings", "utilities"])
async def test_an_unknown_room_is_named(http_client: HttpClient, name: str, room_id: str):
    response = await http_client.get(
        "", url=URL(f"{http_client.url}/api/rooms/{name}/{quote(room_id, safe='')}", encoded=True)
    )

    assert response.status == 400
    shown = room_id if room_id.isprintable() else "\ufffd"
    assert response.json == {"error": f"Room ID {shown} does not exist"}


async def test_utilities_list_the_equipment_of_a_room(http_client: HttpClient):
    response = await http_client.get("/api/rooms/utilities/H-C12-G02")

    assert response.json["id"] == "H-C12-G02"
    assert response.json["writingMedia"] == ["Whiteboard"]
    assert response.json["audiovisual"] == ["Projector"]
    assert response.json["microphone"] == []


@pytest.mark.parametrize("at", ["2010-01-01T10:00:00Z", "2050-06-01T10:00:00Z", "2016-12-30T12:00:00Z"])
async def test_times_far_from_now_are_answered_from_storage(http_client: HttpClient, at: str):
    response = await http_client.get(f"/api/rooms/status?datetime={at}")

    assert response.status == 200
    assert set(response.json) == _NUMBERS


async def test_memory_and_storage_give_the_same_answer(
    http_client: HttpClient, wil: HttpClient, clock: StillClock, services: Services
):
    """The same instant, first from memory, then, memory having moved on, from storage."""
    await wil.book("11:00", "12:00", event_name="meeting")
    path = f"/api/rooms/status?datetime={_MONDAY}"
    near = (await http_client.get(path)).json
    clock.move(timedelta(days=150))
    await services.storage.reload()

    assert (await http_client.get(path)).json == near
    assert near["H-G9"]["RO-POO"]["status"] == "busy"
