"""The map of the campus, and heat maps."""

from itertools import combinations
from math import hypot
from xml.etree import ElementTree as ET

import pytest
from msgspec.structs import replace

from bot.pictures.campus_map import CampusMap, MapBuilding
from bot.pictures.content import campus_map
from bot.pictures.drawing import draw_svg, lay_out
from bot.pictures.fonts import text_width
from bot.pictures.formats import PAGE_WIDTH, PHONE_WIDTH
from bot.pictures.heat_map import HeatMap
from bot.pictures.palette import HEAT
from bot.pictures.shapes import Anchor, Disc, Drawing, Label, Link, Rectangle
from core.availability import RoomSchedule
from core.catalogue import Catalogue
from core.model import Busy
from core.policy.rules import Rules
from tests.builders import NOW, a_building, a_room

_SVG = "{http://www.w3.org/2000/svg}"


def a_place(number: int, north: float = 0.0, east: float = 0.0, free: int = 1) -> MapBuilding:
    return MapBuilding(
        f"Building with number {number}",
        -33.9 + north,
        151.2 + east,
        free,
        number + 1,
        f"/buildings/{number}",
    )


DENSE = CampusMap("Free", "now", tuple(a_place(n, (n % 7) / 3000, (n // 7) / 3000) for n in range(45)))
ONE_PLACE = CampusMap("Free", "now", tuple(a_place(n) for n in range(6)))
FAR = CampusMap("Free", "now", (*DENSE.buildings[:12], a_place(99, 0.1, 0.1)))


def discs(drawing: Drawing) -> list[Disc]:
    links = [each for each in drawing.shapes if isinstance(each, Link)]
    return [part for link in links for part in link.shapes if isinstance(part, Disc)]


def boxes(drawing: Drawing) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of the names beside discs."""
    found = []
    for link in (each for each in drawing.shapes if isinstance(each, Link)):
        for label in (each for each in link.shapes if isinstance(each, Label) and not each.is_bold):
            width = text_width(label.text, label.size)
            left = label.x - {Anchor.START: 0, Anchor.MIDDLE: width / 2, Anchor.END: width}[label.anchor]
            found.append((left, label.y - label.size / 2, left + width, label.y + label.size / 2))
    return found


@pytest.mark.parametrize("campus", [DENSE, ONE_PLACE, FAR])
@pytest.mark.parametrize("width", [PHONE_WIDTH, PAGE_WIDTH])
def test_neither_discs_nor_names_overlap_or_leave_the_map(campus: CampusMap, width: int):
    drawing = lay_out(campus, width)
    for one, other in combinations(discs(drawing), 2):
        assert hypot(one.x - other.x, one.y - other.y) >= one.radius + other.radius - 1
    for disc in discs(drawing):
        assert disc.radius <= disc.x <= width - disc.radius
        assert disc.radius <= disc.y <= drawing.height - disc.radius
    for box, other in combinations(boxes(drawing), 2):
        is_apart = box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1]
        assert is_apart, (box, other)
    assert all(box[0] >= 0 and box[2] <= width for box in boxes(drawing))


def test_north_is_up_and_east_is_right():
    south_west, north_east = discs(
        lay_out(CampusMap("", "", (a_place(1), a_place(2, north=0.002, east=0.002))))
    )
    assert south_west.x < north_east.x
    assert south_west.y > north_east.y


def test_what_is_far_off_is_named_below_the_map():
    drawing = lay_out(FAR)
    assert len(discs(drawing)) == 12
    texts = [
        part.text
        for each in drawing.shapes
        if isinstance(each, Link)
        for part in each.shapes
        if isinstance(part, Label)
    ]
    assert "Elsewhere: Building with number 99, 1 free" in texts


def test_every_building_is_a_link_with_its_name_and_in_the_text():
    root = ET.fromstring(draw_svg(DENSE))  # noqa: S314 - our own
    links = {each.get("href"): each.get("aria-label") for each in root.iter(f"{_SVG}a")}
    description = root.findtext(f"{_SVG}desc", "")

    assert links["/buildings/3"] == "Building with number 3: 1 of 4 rooms is free"
    assert len(links) == len(DENSE.buildings)
    assert root.get("role") == "group"
    assert all(each.name in description for each in DENSE.buildings)


def test_a_map_without_pages_is_one_image():
    plain = CampusMap("", "", tuple(replace(each, url="") for each in DENSE.buildings))
    root = ET.fromstring(draw_svg(plain))  # noqa: S314 - our own
    assert (root.get("role"), list(root.iter(f"{_SVG}a"))) == ("img", [])


def test_an_empty_campus_says_so():
    assert "No building has coordinates." in lay_out(CampusMap("Free rooms", "now", ())).alternative


def test_free_rooms_are_counted_by_building():
    here = a_building("K-J17", latitude=-33.9, longitude=151.2)
    rooms = [a_room("K-J17-G01"), a_room("K-J17-G02")]
    now = int(NOW.timestamp())
    taken = {rooms[0].id: RoomSchedule([Busy(now - 60, now + 60, "Booked", "INTERNAL", "booking:1")])}

    found = campus_map(
        Catalogue([here, a_building("K-X1", "Nowhere")], rooms),
        lambda room_id: taken.get(room_id, RoomSchedule()),
        Rules(),
        NOW,
        lambda building_id: f"/buildings/{building_id}",
    )

    [building] = found.buildings
    assert (building.free, building.total, building.url) == (1, 2, "/buildings/K-J17")
    assert found.subtitle == "Wed 11 Mar, 10:20"


def test_a_heat_map_writes_each_share_on_its_shade():
    heat_map = HeatMap(
        "Use", "", ("08:00", "09:00"), ("Mon", "Tue"), ((0.0, 1.0), (0.5, None)), "of the time"
    )
    drawing = lay_out(heat_map)
    texts = [each.text for each in drawing.shapes if isinstance(each, Label)]
    fills = [each.fill for each in drawing.shapes if isinstance(each, Rectangle)]

    assert {"0", "100", "50", "–", "100 % of the time"} <= set(texts)
    assert (fills[0], fills[1]) == (HEAT[0], HEAT[-1])
    assert drawing.alternative == (
        "Use, in per cent of the time. Mon: 08:00 0, 09:00 50. Tue: 08:00 100, 09:00 no value."
    )
