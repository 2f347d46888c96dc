"""A campus of 504 rooms with names of every shape that universities give: codes, signs, words of time."""

from itertools import product

from core.model import Building, BuildingId, Room, RoomId, Society, SocietyId

_PLAIN = (
    *("Thornbury Building", "Kestrel House", "Old Main Building", "Halvorsen Centre", "Business School"),
    *("Electrical Engineering Building", "Computer Science & Maths", "Main Library", "Ormond Wing"),
    *("Law Building", "Physics Tower", "O'Brien Hall", "Saint-Exupéry Block", "Queen's Annexe", "June Carr"),
    *("Sunday Square Building", "Marchmont", "Friar's Court", "Zoë Müller Institute", "Mayfield (North)"),
)
_ALIASES = {
    "Thornbury Building": ("The Thorn",),
    "June Carr": ("Brick Kiln",),
    "Main Library": ("The Stacks",),
}
_NUMBERS = (
    *("G01", "G02", "G03", "101", "102", "205", "1.04", "2.11", "LG07", "3B", "410a", "1530", "0.7", "S0.11"),
    *("M-12", "B4", "2-03", "N_9", "LT1", "1042", "12"),
)
_NAMED = (
    *("A+B Suite", "C++ Lab", "Pod @ Top", "Pod @Side", "R|D", "March Room", "Sunday Lounge", "Noon Bar"),
    *("Room 3pm", "Tomorrow's World", "Half Moon Studio", "Lab (Wet)", "Either/Or Room", "Quiet Zone #2"),
    *("The Ten To Two Club", "Room 101½", "Salle Été", "Boiler Room & Co.", "24/7 Lab", "Fish! Studio"),
    *("Studio 54", "Leighton Hall Grand", "Orchid Soils Lab", "Nightingale Suite 7", "Pavilion *Star*"),
    *("Midnight Express", "C Lab", "AB Annexe Suite", "S1.01", "S10.1", "WM_S0.11", "XY-S0.11 Annexe"),
    *("Every Second Seat", "2 Tuesdays", "12-14 March Room", "Table for Two", "Next Week Café", '"The Pit"'),
    *("Minute Lab", "Autumn 9-5", "Quarter Past", "May Hall", "Before Lounge", "Pod 3", "Pod 4", "Box ~1~"),
    *("Ünïcode Háll", "I/O Lab", "K.I.T.T. Room", "Ladies' Day Room", "Half Past Eight Room", "Until Bar"),
)

BUILDINGS = (
    *(
        Building(BuildingId(f"T-{'ABCDEFGHJK'[index % 10]}{index + 1}"), name, aliases=_ALIASES.get(name, ()))
        for index, name in enumerate(_PLAIN)
    ),
    Building(BuildingId("T-Z99"), "Miscellany"),
)


def _numbered() -> list[Room]:
    rooms = []
    for building, number in product(BUILDINGS[:-1], _NUMBERS):
        stem = building.name.split(" (")[0].removesuffix(" Building").removesuffix(" Centre")
        rooms.append(
            Room(
                RoomId(f"{building.id}-{number}"),
                building.id,
                f"{stem} {number}",
                capacity=10 + len(rooms) % 90,
                abbr=f"{stem[:5].strip()}{building.id[2:]} {number}",
            )
        )
    return rooms


def _named() -> list[Room]:
    return [
        Room(
            RoomId(f"T-Z99-{index}X"),
            BuildingId("T-Z99"),
            name,
            capacity=5 + index,
            aliases=(f"Nook {name}",) if index % 3 == 0 else (),
        )
        for index, name in enumerate(_NAMED)
    ]


ROOMS = tuple([*_named(), *_numbered()][:504])
SOCIETIES = tuple(
    Society(SocietyId(society_id), name)
    for society_id, name in (
        ("SO-C++", "C++ Society"),
        ("SOMARCH", "March Walkers"),
        ("SO_3PM", "3pm Tea Club"),
        ("SOR&D", "R&D Society"),
        ("SOCHESS", "Chess Society"),
        ("SOSUNDAY", "Sunday League"),
        ("SOATTOP", "Poets @ Top"),
    )
)
