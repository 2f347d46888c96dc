"""FreeRooms' newer web client on another origin: its requests in its order, sent by a browser."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.web.framework.settings import HttpSettings
from tests.standins.web_client_server import WebClientServer
from tests.web.chromium import BINARY, chromium

pytestmark = pytest.mark.skipif(BINARY is None, reason="there is no Chromium here")

_VISIT = """(async () => {
  const api = %s + "/api", ask = async path => (await fetch(api + path)).json();
  const {buildings} = await ask("/buildings");
  const {rooms} = await ask("/rooms");
  const status = await ask("/rooms/status?datetime=" + encodeURIComponent("2016-08-08T10:50:00.000Z")
    + "&capacity=&usage=&location=&duration=&id=");
  const ratings = await Promise.all(buildings.map(each => ask("/buildingRating/" + each.id)));
  const cards = buildings.map((each, place) =>
    [each.name, status[each.id].numAvailable, ratings[place].overallRating]);
  const links = Object.entries(status).flatMap(([building, found]) =>
    Object.keys(found.roomStatuses).map(number => building + "-" + number));
  const pages = await Promise.all(links.map(async link => {
    const room = rooms[link], [campus, grid] = room.id.split("-");
    const building = buildings.find(each => each.id === campus + "-" + grid);
    const {bookings} = await ask("/rooms/bookings/" + link);
    await ask("/rooms/utilities/" + room.id);
    return [building.name, room.name, bookings.length];
  }));
  const stars = {cleanliness: 5, location: 4, quietness: 5, overall: 4};
  const rated = await fetch(api + "/rating/rate/H-G9/H-G9-RO-PIZZA", {method: "POST",
    headers: {"Content-Type": "application/json"}, body: JSON.stringify(stars)});
  return JSON.stringify({cards, pages, rated: rated.status, given: await ask("/rating/H-G9-RO-PIZZA")});
})()"""


@pytest.fixture
def settings() -> HttpSettings:
    return HttpSettings(nested_status=True)


@pytest.fixture
async def web_client() -> AsyncIterator[WebClientServer]:
    async with WebClientServer().serving() as server:
        yield server


async def test_a_visit_from_the_map_to_a_rating(web_client: WebClientServer, server_url: str, tmp_path: Path):
    async with chromium(tmp_path / "chromium") as tab:
        await tab.open(web_client.url)

        answer = await tab.ask(
            "Runtime.evaluate",
            expression=_VISIT % json.dumps(server_url),
            awaitPromise=True,
            returnByValue=True,
        )

        assert "exceptionDetails" not in answer, answer
        visit = json.loads(answer["result"]["value"])
        assert ["Engineering Hub", 2, 0] in visit["cards"]
        assert len(visit["pages"]) == 23
        assert "Engineering Hub" in {building for building, _, _ in visit["pages"]}
        assert visit["rated"] == 200
        assert visit["given"] == [{"cleanliness": 5, "location": 4, "quietness": 5, "overall": 4}]
        assert tab.complaints == []
