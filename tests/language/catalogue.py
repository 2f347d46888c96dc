"""The small campus that the lists of phrases speak about: ten buildings, their rooms, five societies."""

from core.model import Building, BuildingId, Equipment, Room, RoomId, Society, SocietyId

BUILDINGS = tuple(
    Building(BuildingId(code), name, aliases=aliases)
    for code, name, aliases in (
        ("K-J17", "Ainsworth Building", ()),
        ("K-E15", "Quadrangle Building", ("The Quad",)),
        ("K-F8", "Law Building", ()),
        ("K-C22", "Lovelace Building", ("Ada's",)),
        ("K-D5", "June Osborne Building", ()),
        ("K-H25", "Freya Hall", ()),
        ("K-G12", "Harcourt Theatre", ()),
        ("K-B21", "Energy & Materials Building", ("Kiln",)),
        ("K-M9", "Marsden Centre", ()),
        ("K-L20", "Central Library", ()),
    )
)

_ROOMS = (
    # id, building, name, abbr, usage, capacity
    ("K-J17-G01", "K-J17", "Ainsworth G01", "AinswthG01", "TUSM", 50),
    ("K-J17-G03", "K-J17", "Ainsworth G03", "AinswthG03", "LCTR", 350),
    ("K-J17-101", "K-J17", "Ainsworth 101", "Ainswth101", "TUSM", 50),
    ("K-E15-1042", "K-E15", "Quadrangle 1042", "Quad 1042", "TUSM", 36),
    ("K-E15-G025", "K-E15", "Quadrangle G025", "Quad G025", "TUSM", 24),
    ("K-F8-160", "K-F8", "Law 160 Mock Court", "Law 160", "TUSM", 60),
    ("K-F8-203", "K-F8", "Law Building 203", "Law 203", "TUSM", 40),
    ("K-C22-LG07", "K-C22", "Lovelace LG07", "Love LG07", "CMLB", 30),
    ("K-C22-2B", "K-C22", "Lovelace 2B", "Love 2B", "MEET", 8),
    ("K-C22-310", "K-C22", "Lantern Lab C22 310", "Lantern310", "CMLB", 22),
    ("K-D5-G6", "K-D5", "June Osborne G6", "Osb G6", "LAB", 28),
    ("K-D5-114", "K-D5", "June Osborne 114 (Soils Lab)", "Osb 114", "LAB", 16),
    ("K-H25-12", "K-H25", "Freya 12", "Frey 12", "TUSM", 20),
    ("K-H25-STD", "K-H25", "Dance Studio", "FreyStd", "SDIO", 35),
    ("K-G12-1", "K-G12", "Harcourt Theatre", "HarcourtTh", "LCTR", 420),
    ("K-B21-405", "K-B21", "Energy & Materials 405", "EMB 405", "TUSM", 44),
    ("K-B21-G2", "K-B21", "Energy & Materials G2", "EMB G2", "LCTR", 120),
    ("RO-PIZZA", "K-M9", "Pizza Lounge", "Pizza", "MEET", 6),
    ("RO-POO", "K-M9", "Pooh Corner", "Pooh", "MEET", 12),
    ("K-M9-AUD", "K-M9", "Marsden Auditorium", "MarsdenAud", "AUD", 800),
    ("K-L20-176A", "K-L20", "Library 176A", "Lib 176A", "LIB", 10),
)

ROOMS = tuple(
    Room(
        RoomId(code),
        BuildingId(building),
        name,
        capacity=capacity,
        abbr=abbr,
        usage=usage,
        equipment=frozenset({Equipment.WHITEBOARD}),
    )
    for code, building, name, abbr, usage, capacity in _ROOMS
)

SOCIETIES = (
    Society(SocietyId("SOTECHSOC"), "UCLU Technology Society"),
    Society(SocietyId("SOCHESS"), "Chess Society"),
    Society(SocietyId("SODRAMA"), "Drama Society"),
    Society(SocietyId("SOCYCLE"), "Cycling Club"),
    Society(SocietyId("SOFILM"), "Film & Television Society"),
)
