"""A series on Discord: 52 dates within the limits, one taken meanwhile, one moved, the rest cancelled."""

import pytest
from msgspec.structs import replace

from core.model import Role
from core.policy.rules import Rules
from core.ports import UnitOfWork
from tests.builders import a_society
from tests.platforms.discord.environment import Environment
from tests.standins.discord import Person


@pytest.fixture
def rules() -> Rules:
    return replace(Rules(), society_series=60)


@pytest.fixture
async def wil(environment: Environment) -> Person:
    """A president."""
    wil = environment.discord.person("wil")
    await environment.add_people(wil)

    def found_society(unit: UnitOfWork) -> None:
        person = unit.people.by_name("wil")
        assert person is not None
        unit.societies.add(a_society())
        unit.societies.set_role(person.id, a_society().id, Role.PRESIDENT)

    await environment.storage.write(found_society)
    return wil


async def test_a_series_from_its_preview_to_its_end(environment: Environment, wil: Person) -> None:
    rema = environment.discord.person("rema")
    await environment.add_people(rema)
    options = {"room": "K-J17-G001", "when": "every day 5-6pm 52 times", "for": "CHESS", "title": "Board"}
    preview = await wil.run("/book", **options)
    assert "free on all 52 dates" in preview.seen.text
    taken = await rema.run("/book", room="K-J17-G001", when="tomorrow 5-6pm")
    assert "You're booked" in taken.seen.text
    again = await wil.press(preview.seen, "Book all 52")
    assert "Nothing was booked, because something changed meanwhile: Thu 12 Mar." in again.seen.text
    later = await wil.press(again.seen, "26 more dates")
    assert "Thu 30 Apr" in later.seen.text
    booked = await wil.press(later.seen, "Book the 51 that are free")
    assert "51 dates" in booked.seen.text

    mine = await wil.run("/rooms mine")
    assert "51 to come, next" in mine.seen.text
    dates = await wil.press(mine.seen, "All dates")
    date = await wil.pick(dates.seen, "Fri 13 Mar, 17:00–18:00, Room K-J17-G001")
    form = await wil.press(date.seen, "Change…")
    changed = await wil.submit(form, scope="one", time="18:00-19:00")
    assert "Changed 1 date: " in changed.seen.text
    question = await wil.press(mine.seen, "Cancel…")
    cancelled = await wil.press(question.seen, "All 51 to come")
    assert "Cancelled 5" in cancelled.seen.text
