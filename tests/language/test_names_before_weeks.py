"""Rooms whose names end in a number or a word of time, before weeks of terms and other times."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.language import NameIndex, ParserDefaults, parse_phrase, summarize
from tests.builders import a_building, a_room
from tests.language.test_term_weeks import UCL

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 3, 11, 10, 20, tzinfo=LONDON)
NAMES = (
    "Alpha One",
    "Studio Two",
    "Lab First",
    "Pod 3",
    "Suite Last",
    "Room Each",
    "Hall Ten",
    "Box 1st",
    "The Next One",
    "Garden Spring",
    "Loft Final",
    "Space 12",
    "Friday Suite",
)
PHRASES = {
    "{} week 10 tuesday 3pm": "Tue 24 Mar, 15:00",
    "{} wk 10 tues 3pm": "Tue 24 Mar, 15:00",
    "{} wk10 tues 3pm": "Tue 24 Mar, 15:00",
    "tuesday 3pm week 10 {}": "Tue 24 Mar, 15:00",
    "tuesday week 10 {} 3pm": "Tue 24 Mar, 15:00",
    "{} in week 10 tuesday 3pm": "Tue 24 Mar, 15:00",
    "{} reading week tuesday 3pm": "Tue 26 May, 15:00",
    "{} last week of term tuesday 2pm": "Tue 24 Mar, 14:00",
    "{} term 3 week 2 thu 9am": "Thu 7 May, 09:00",
    "{} next week tuesday 3pm": "Tue 17 Mar, 15:00",
    "{} tuesday 3pm": "Tue 17 Mar, 15:00",
}


def _campus(name: str) -> NameIndex:
    room = a_room("X-A-77", "X-A", name=name)
    return NameIndex.build([room], [a_building("X-A", "Alpha House")], [])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("phrase", PHRASES)
def test_the_whole_name_is_read_before_the_time(name: str, phrase: str):
    names = _campus(name)

    reading = parse_phrase(
        phrase.format(name.lower()), now=NOW, zone=LONDON, names=names, defaults=ParserDefaults(terms=UCL)
    )

    assert reading.problem is None
    assert (reading.room, reading.unparsed) == ("X-A-77", ())
    assert PHRASES[phrase] in summarize(reading, names, now=NOW)
