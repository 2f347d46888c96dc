"""Every request sample of the two API documents, with typing errors corrected, is answered as documented."""

import re

from tests.api.http_client import HttpClient

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


async def test_logging_in(http_client: HttpClient):
    response = await http_client.post("/user.login/", {"username": "wil", "password": "wilpassword"})

    assert response.status == 200
    token = response.json.pop("token")
    assert re.fullmatch("[0-9a-f]{40}", token)
    assert sorted(response.json["groups"]) == ["Group_2", "Group_3", "Group_4"]
    assert response.json["email"] == "wil@wil.com"
    assert response.json["societies"] == [["UCLU Technology Society", "SOTECHSOC"]]
    assert response.json["quota_left"] == 180


async def test_listing_rooms(wil: HttpClient):
    response = await wil.get("/rooms.list/")

    pizza = next(room for room in response.json if room["room_id"] == "RO-PIZZA")
    assert pizza == {
        "room_id": "RO-PIZZA",
        "printers": True,
        "capacity": 10,
        "room_name": "G01",
        "individual_access": False,
        "water_fountain": False,
        "coffee": False,
    }


async def test_the_timetable_of_a_room(emily: HttpClient, wil: HttpClient):
    made = await emily.book("11:00", "13:00", room_id="RO-PIZZA", event_name="yoyoy", society="SOTECHSOC")
    assert made.json["success"] is True

    response = await wil.get("/rooms.bookings/?room_id=RO-PIZZA&date=20160808")

    assert response.json == [
        {
            "username": "emily emily emellee",
            "notes": "yoyoy -UCLU Technology Society",
            "start": "11:00:00",
            "end": "13:00:00",
        }
    ]


async def test_booking_a_normal_room(wil: HttpClient):
    body = "room_id=RO-POO&date=20160808&start_time=15:00&end_time=17:00&notes=this is an event"
    form = {"Content-Type": "application/x-www-form-urlencoded"}

    response = await wil.ask("POST", "/rooms.book/", data=body.encode(), headers=form)

    assert response.json["success"] is True
    assert _UUID.fullmatch(response.json["booking_id"])
    assert response.json["quota_left"] == 60


async def test_booking_with_data_for_date_as_two_samples_have_it(wil: HttpClient):
    form = {"room_id": "RO-POO", "data": "20160808", "start_time": "15:00", "end_time": "17:00"}

    response = await wil.post("/rooms.book/", form | {"notes": "This is an event"})

    assert response.json["success"] is True


async def test_booking_a_society_room(wil: HttpClient):
    response = await wil.book(event_name="techandtell", society="SOTECHSOC")

    assert response.json["success"] is True
    assert response.json["quota_left"] == 180


async def test_ones_own_bookings(rema: HttpClient):
    booking_id = (await rema.book(notes="book")).json["booking_id"]

    response = await rema.get("/user.bookings/?date=20160808")

    assert response.json == [
        {
            "end": "17:00:00",
            "username": "rema boo",
            "notes": "book",
            "booking_id": booking_id,
            "start": "15:00:00",
            "date": "2016-08-08",
            "room_id": "RO-POO",
            "room_name": "G02",
        }
    ]


async def test_the_token_of_a_society(wil: HttpClient):
    for path in ("/society.token/?society_id=SOTECHSOC", "/society.token?society_id=SOTECHSOC"):
        response = await wil.get(path)

        assert list(response.json) == ["token"]
        assert re.fullmatch("[0-9a-f]{40}", response.json["token"])


async def test_deleting_a_booking(wil: HttpClient):
    booking_id = (await wil.book()).json["booking_id"]

    response = await wil.get(f"/rooms.deleteBooking/?booking_id={booking_id}")

    assert response.json == {"success": True}
    assert (await wil.get("/user.info/")).json["quota_left"] == 180


async def test_giving_and_taking_society_access(wil: HttpClient):
    form = {"username": "rema", "society_id": "SOTECHSOC"}

    added = await wil.post("/society.addUser/", form)
    removed = await wil.post("/society.deleteUser/", form)

    assert added.json == {"success": "Successfully added rema boo to society access groups!"}
    assert removed.json == {"success": True}


async def test_logging_out(wil: HttpClient):
    response = await wil.get("/user.logout/")

    assert response.json == {"success": True}
    assert (await wil.get("/rooms.list/")).status == 401


async def test_freerooms_catalogue(http_client: HttpClient):
    buildings = (await http_client.get("/api/buildings")).json["buildings"]
    rooms = (await http_client.get("/api/rooms")).json["rooms"]

    hub = next(each for each in buildings if each["id"] == "H-G9")
    assert hub == {
        "name": "Engineering Hub",
        "id": "H-G9",
        "lat": 51.5245,
        "long": -0.132,
        "aliases": ["The Hub"],
    }
    assert rooms["RO-POO"] == {
        "name": "Hub Workshop",
        "id": "RO-POO",
        "abbr": "G02",
        "usage": "MEET",
        "capacity": 20,
        "school": " ",
        "aliases": [],
    }


async def test_freerooms_status_is_by_building_and_room_number(http_client: HttpClient):
    response = await http_client.get("/api/rooms/status?datetime=2016-08-08T10:50:00.000Z")

    assert response.json["H-C12"]["G01"] == {"status": "soon", "endtime": "2016-08-08T11:00:00.000Z"}
    assert response.json["H-D20"]["G10"] == {"status": "free", "endtime": "2016-08-08T12:00:00.000Z"}
    assert response.json["H-G9"]["RO-POO"] == {"status": "free", "endtime": ""}


async def test_freerooms_bookings_of_a_room(http_client: HttpClient, wil: HttpClient):
    await wil.book()
    await wil.book("11:00", "12:00", event_name="techandtell", society="SOTECHSOC")

    response = await http_client.get("/api/rooms/bookings/RO-POO")

    assert response.json == {
        "bookings": [
            {
                "name": "techandtell",
                "bookingType": "SOCIETY",
                "start": "2016-08-08T10:00:00.000Z",
                "end": "2016-08-08T11:00:00.000Z",
            },
            {
                "name": "Booked",
                "bookingType": "INTERNAL",
                "start": "2016-08-08T14:00:00.000Z",
                "end": "2016-08-08T16:00:00.000Z",
            },
        ],
        "id": "RO-POO",
        "name": "Hub Workshop",
    }
