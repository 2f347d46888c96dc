"""The map of the campus from the coordinates of its buildings: how many rooms are free where. Pure."""

from collections.abc import Iterator, Sequence
from math import cos, hypot, pi, radians, sqrt
from statistics import median

from msgspec import Struct

from bot.pictures.fonts import fit_text, text_width
from bot.pictures.palette import GREEN, INK, PAPER, SHADE, SOFT_INK
from bot.pictures.shapes import Anchor, Disc, Drawing, Label, Line, Link, Rectangle, Shape
from bot.pictures.timeline_parts import HEADING_HEIGHT, MARGIN, TEXT, TITLE, heading

_EARTH_METRES = 6_371_000
_MAX_LABEL = 150.0
_LINE = TEXT + 4
_MIN_HEIGHT, _MAX_HEIGHT = 260.0, 900.0
_MIN_RADIUS, _MAX_RADIUS = 12.0, 24.0
_COVERED = 0.16
"""Share of the map that discs of the largest size would cover; the rest is for names."""
_AREA = 4_500
"""Square pixels of the map for each building, at least."""
_MAX_MOVES = 80
_FAR, _NEAR_METRES, _MIN_FOR_FAR = 4, 400, 5
"""A building is far off beyond four times the median distance, from 400 m on, among five or more."""
_LEGEND = 34.0
_NICE = (1, 2, 5)
_MIN_BAR = 50.0


class MapBuilding(Struct, frozen=True):
    """A building: degrees, and how many of its rooms are free. `url` is its page, if any."""

    name: str
    latitude: float
    longitude: float
    free: int
    total: int
    url: str = ""


class CampusMap(Struct, frozen=True):
    title: str
    subtitle: str
    buildings: tuple[MapBuilding, ...]


class _Spot(Struct, frozen=True):
    building: MapBuilding
    x: float
    y: float
    radius: float


class _Box(Struct, frozen=True):
    left: float
    top: float
    right: float
    bottom: float

    def overlap(self, other: "_Box") -> float:
        """The area that two boxes share."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0


def lay_out_campus_map(campus: CampusMap, width: int = 390) -> Drawing:
    """Discs of buildings, north up, with the number of free rooms in each and its name beside.

    Names never overlap: those for which there is no place beside their disc are left to the text. `width` is
    in pixels: 390 for a phone, 900 for a wide page.
    """
    near, far = _near_and_far(campus.buildings)
    spots, height, metres = _project(near, width)
    shapes: list[Shape] = [
        *heading(campus.title, campus.subtitle, width),
        Rectangle(0, HEADING_HEIGHT, width, height, SHADE),
    ]
    shapes += _scale_bar(metres, width, HEADING_HEIGHT + height)
    names = _place_names(spots, width, HEADING_HEIGHT + height)
    for place, spot in enumerate(spots):
        shapes.append(_link_to(spot.building, [*_disc(spot), *names.get(place, ())]))
    bottom = HEADING_HEIGHT + height
    shapes += [*_legend(bottom), *_elsewhere(far, bottom + _LEGEND, width)]
    total = bottom + _LEGEND + (_LINE + 4) * len(far) + (8 if far else 0)
    return Drawing(width, round(total), campus.title, campus_alternative(campus), tuple(shapes))


def campus_alternative(campus: CampusMap) -> str:
    head = ", ".join(filter(None, (campus.title, campus.subtitle)))
    parts = [f"{each.name}: {free_words(each)}" for each in sorted(campus.buildings, key=_by_name)]
    return f"{head}. {'; '.join(parts)}." if parts else f"{head}. No building has coordinates."


def _by_name(building: MapBuilding) -> str:
    return building.name


def free_words(building: MapBuilding) -> str:
    """`3 of 5 rooms are free`."""
    verb = "is" if building.free == 1 else "are"
    return f"{building.free} of {building.total} rooms {verb} free"


def _near_and_far(
    buildings: Sequence[MapBuilding],
) -> tuple[list[MapBuilding], list[MapBuilding]]:
    """The campus, and what lies so far off that a map of both would show neither."""
    if len(buildings) < _MIN_FOR_FAR:
        return list(buildings), []
    points = _metres(buildings)
    middle = median(x for x, _ in points), median(y for _, y in points)
    distances = [hypot(x - middle[0], y - middle[1]) for x, y in points]
    limit = max(_FAR * median(distances), _NEAR_METRES)
    near = [each for each, metres in zip(buildings, distances, strict=True) if metres <= limit]
    return near, [each for each, metres in zip(buildings, distances, strict=True) if metres > limit]


def _metres(buildings: Sequence[MapBuilding]) -> list[tuple[float, float]]:
    """Metres east and south of the origin. Equirectangular: a campus is small."""
    middle = radians(sum(each.latitude for each in buildings) / len(buildings))
    step = pi / 180 * _EARTH_METRES
    return [(each.longitude * step * cos(middle), -each.latitude * step) for each in buildings]


def _project(buildings: Sequence[MapBuilding], width: int) -> tuple[list[_Spot], float, float]:
    """Discs on the map, its height, and pixels per metre."""
    if not buildings:
        return [], _MIN_HEIGHT, 0.0
    points = _metres(buildings)
    left, top = min(x for x, _ in points), min(y for _, y in points)
    across, down = max(x for x, _ in points) - left, max(y for _, y in points) - top
    border = _MAX_RADIUS + 2.5 * _LINE
    scale = min((width - 2 * border) / max(across, 1.0), (_MAX_HEIGHT - 2 * border) / max(down, 1.0), 4.0)
    height = max(_MIN_HEIGHT, down * scale + 2 * border, len(buildings) * _AREA / width)
    dx, dy = (width - across * scale) / 2, HEADING_HEIGHT + (height - down * scale) / 2
    largest = min(_MAX_RADIUS, sqrt(_COVERED * width * height / len(buildings) / pi))
    most = max(each.total for each in buildings)
    spots = [
        _Spot(each, dx + (x - left) * scale, dy + (y - top) * scale, _radius(each, most, largest))
        for each, (x, y) in zip(buildings, points, strict=True)
    ]
    frame = _Box(4, HEADING_HEIGHT + 4, width - 4, HEADING_HEIGHT + height - 4)
    return *_crop(_spread(spots, frame)), scale


def _radius(building: MapBuilding, most: int, largest: float) -> float:
    """The area grows with the number of rooms."""
    return _MIN_RADIUS + max(largest - _MIN_RADIUS, 0.0) * sqrt(building.total / max(most, 1))


def _spread(spots: list[_Spot], frame: _Box) -> list[_Spot]:
    """Moves discs that overlap apart, as little as it takes, and within the frame."""
    places = [[each.x, each.y] for each in spots]
    for _ in range(_MAX_MOVES):
        has_moved = False
        for one in range(len(spots)):
            for other in range(one):
                has_moved |= _push(places[one], places[other], spots[one].radius + spots[other].radius + 3)
        for spot, place in zip(spots, places, strict=True):
            place[0] = min(max(place[0], frame.left + spot.radius), frame.right - spot.radius)
            place[1] = min(max(place[1], frame.top + spot.radius), frame.bottom - spot.radius)
        if not has_moved:
            break
    return [_Spot(each.building, x, y, each.radius) for each, (x, y) in zip(spots, places, strict=True)]


def _crop(spots: Sequence[_Spot]) -> tuple[list[_Spot], float]:
    """Leaves above and below the discs what two lines of a name need; returns the height as well."""
    border = 2.5 * _LINE
    top = min(each.y - each.radius for each in spots) - border - HEADING_HEIGHT
    bottom = max(each.y + each.radius for each in spots) + border - HEADING_HEIGHT
    spare = max(0.0, _MIN_HEIGHT - (bottom - top)) / 2
    moved = [_Spot(each.building, each.x, each.y - top + spare, each.radius) for each in spots]
    return moved, bottom - top + 2 * spare


def _push(one: list[float], other: list[float], distance: float) -> bool:
    dx, dy = one[0] - other[0], one[1] - other[1]
    apart = hypot(dx, dy)
    if apart >= distance:
        return False
    ux, uy = (dx / apart, dy / apart) if apart > 0.01 else (0.6, 0.8)
    half = (distance - apart) / 2 + 0.1
    one[0], one[1] = one[0] + ux * half, one[1] + uy * half
    other[0], other[1] = other[0] - ux * half, other[1] - uy * half
    return True


def _place_names(spots: Sequence[_Spot], width: int, bottom: float) -> dict[int, list[Label]]:
    """A place beside its disc for each name, the largest buildings first."""
    taken = [_Box(width / 2, bottom - 24, width, bottom), *map(_box_of, spots)]
    frame = _Box(2, HEADING_HEIGHT + 2, width - 2, bottom - 2)
    names: dict[int, list[Label]] = {}
    for place in sorted(range(len(spots)), key=lambda each: -spots[each].building.total):
        for lines in (_two_lines(spots[place].building.name), _one_line(spots[place].building.name)):
            found = _free_place(spots[place], lines, taken, frame)
            if found is not None:
                box, anchor, x = found
                taken.append(box)
                names[place] = [
                    Label(x, box.top + _LINE * (line + 0.5), text, TEXT, INK, anchor=anchor)
                    for line, text in enumerate(lines)
                ]
                break
    return names


def _box_of(spot: _Spot) -> _Box:
    radius = spot.radius
    return _Box(spot.x - radius, spot.y - radius, spot.x + radius, spot.y + radius)


def _two_lines(name: str) -> list[str]:
    """A long name broken at the word nearest to its middle."""
    words = name.split()
    if len(words) < 2 or text_width(name, TEXT) <= _MAX_LABEL / 2:
        return _one_line(name)
    halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    best = min(halves, key=lambda pair: max(text_width(each, TEXT) for each in pair))
    return [fit_text(each, _MAX_LABEL, TEXT) for each in best]


def _one_line(name: str) -> list[str]:
    return [fit_text(name, _MAX_LABEL, TEXT)]


def _free_place(
    spot: _Spot, lines: Sequence[str], taken: Sequence[_Box], frame: _Box
) -> tuple[_Box, Anchor, float] | None:
    width = max(text_width(each, TEXT) for each in lines) + 4
    height, gap = _LINE * len(lines), spot.radius + 4
    candidates = (
        (spot.x - width / 2, spot.y + gap, Anchor.MIDDLE, spot.x),
        (spot.x - width / 2, spot.y - gap - height, Anchor.MIDDLE, spot.x),
        (spot.x + gap, spot.y - height / 2, Anchor.START, spot.x + gap + 2),
        (spot.x - gap - width, spot.y - height / 2, Anchor.END, spot.x - gap - 2),
        (spot.x + gap * 0.7, spot.y + gap * 0.7, Anchor.START, spot.x + gap * 0.7 + 2),
        (spot.x - gap * 0.7 - width, spot.y + gap * 0.7, Anchor.END, spot.x - gap * 0.7 - 2),
        (spot.x + gap * 0.7, spot.y - gap * 0.7 - height, Anchor.START, spot.x + gap * 0.7 + 2),
        (spot.x - gap * 0.7 - width, spot.y - gap * 0.7 - height, Anchor.END, spot.x - gap * 0.7 - 2),
    )
    for left, top, anchor, x in candidates:
        box = _Box(left, top, left + width, top + height)
        is_inside = (
            box.left >= frame.left
            and box.right <= frame.right
            and box.top >= frame.top
            and box.bottom <= frame.bottom
        )
        if is_inside and not any(box.overlap(each) for each in taken):
            return box, anchor, x
    return None


def _disc(spot: _Spot) -> Iterator[Disc | Label]:
    """The number of free rooms, in a white disc where there are none."""
    fill, ink = (GREEN, INK) if spot.building.free else (PAPER, SOFT_INK)
    yield Disc(spot.x, spot.y, spot.radius, fill, INK if spot.building.free else SOFT_INK)
    text = str(spot.building.free)
    size = TITLE if spot.radius > _MIN_RADIUS + 3 else TEXT + 1
    yield Label(spot.x, spot.y, text, size, ink, is_bold=True, anchor=Anchor.MIDDLE)


def _link_to(building: MapBuilding, shapes: Sequence[Rectangle | Line | Disc | Label]) -> Link:
    return Link(building.url, f"{building.name}: {free_words(building)}", tuple(shapes))


def _scale_bar(scale: float, width: int, bottom: float) -> Iterator[Shape]:
    """A length in metres that is easy to walk in one's mind, at the lower right."""
    lengths = (nice * 10**power for power in range(4) for nice in _NICE)
    metres = next((each for each in lengths if each * scale >= _MIN_BAR), 0)
    if metres:
        length, y = metres * scale, bottom - 10
        yield Line(width - MARGIN - length, y, width - MARGIN, y, SOFT_INK, 2.0)
        yield Label(width - MARGIN - length - 6, y, f"{metres} m", TEXT, SOFT_INK, anchor=Anchor.END)


def _legend(top: float) -> Iterator[Shape]:
    y = top + _LEGEND / 2
    yield Disc(MARGIN + 8, y, 8, GREEN, INK)
    yield Label(MARGIN + 22, y, "Free rooms", TEXT)
    x = MARGIN + 22 + text_width("Free rooms", TEXT) + 20
    yield Disc(x + 8, y, 8, PAPER, SOFT_INK)
    yield Label(x + 22, y, "None free", TEXT)


def _elsewhere(buildings: Sequence[MapBuilding], top: float, width: int) -> Iterator[Shape]:
    """A line for each building that is too far off for the map."""
    for place, building in enumerate(buildings):
        y = top + (_LINE + 4) * (place + 0.5)
        text = fit_text(f"Elsewhere: {building.name}, {building.free} free", width - 2 * MARGIN, TEXT)
        yield _link_to(building, [Label(MARGIN, y, text, TEXT)])
