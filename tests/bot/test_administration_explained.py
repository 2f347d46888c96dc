"""`why` and `who` tell what administrators did: by whom, from what to what, and the reason."""

import pytest
from msgspec.structs import replace

from bot.services import Services
from bot.webhooks.secrets import add_webhook
from core.ports import UnitOfWork
from core.services.webhooks import COMMAND_LINE
from tests.bot.chat import Chat


@pytest.fixture
async def dana(services: Services) -> Chat:
    """Staff, and an administrator."""

    def promote(unit: UnitOfWork) -> None:
        person = unit.people.by_name("dana")
        assert person is not None
        unit.people.put(replace(person, is_admin=True))

    await services.storage.write(promote)
    return Chat(services, "dana")


async def test_a_room_tells_what_was_changed(dana: Chat):
    await dana.say("/admin room edit Wren G02 capacity 40 bookable no")
    await dana.say("/admin room retire Wren G02 --yes")
    await dana.say("/admin room restore H-C12-G02")

    story = await dana.say("/admin why Wren G02 tomorrow 11:00")

    assert "You changed the room: capacity 24 → 40, bookable yes → no." in story
    assert "You put the room out of use." in story
    assert "You brought the room back into use." in story


async def test_a_person_tells_blocks_quota_and_groups_with_their_reasons(dana: Chat):
    await dana.say("/admin quota wil +120 for the conference")
    await dana.say('/admin block wil until friday "broke the projector"')
    await dana.say("/admin unblock wil")
    await dana.say("/admin user groups wil staff")

    story = await dana.say("/admin who wil")

    assert "You changed the quota of a week: quota 180 → 300 (the conference)." in story
    assert "until none → 2026-03-14 00:00Z (broke the projector)." in story
    assert "You lifted the block" in story
    assert "You set the groups: groups Group_2, Group_4 → Group_1." in story


async def test_the_owner_of_a_cancelled_booking_hears_why(dana: Chat, wil: Chat, services: Services):
    await wil.say("/book Wren G02 tomorrow 11:00")
    [account] = [
        each for each in services.read_model.directory.people.values() if each.person.username == "wil"
    ]
    [booking] = services.bookings.upcoming(account.person.id)
    await dana.say("/admin room retire Wren G02 --yes")

    story = await wil.say(f"/rooms why {booking.id}")

    assert "Dana cancelled it, since the room went out of use" in story
    assert "came back" in story


async def test_a_society_tells_its_story_even_when_it_is_dissolved(dana: Chat):
    await dana.say('/admin society add CHESS "Chess Society" president wil')
    await dana.say("/admin society president CHESS rema")
    await dana.say("/admin society dismiss CHESS wil")
    await dana.say("/admin society limit CHESS weekly-minutes 600")
    await dana.say("/admin society rename CHESS Chess Club")

    story = await dana.say("/admin why chess club")

    assert "You added the society." in story
    assert "You made Wil president." in story
    assert "You made Wil an ordinary member" in story
    assert "weekly minutes none → 600" in story
    assert "name Chess Society → Chess Club" in story
    assert "May book 600 minutes a week." in story
    await dana.say("/admin society dissolve CHESS --yes")
    assert "You dissolved the society, members 2." in await dana.say("/admin why CHESS")


@pytest.mark.parametrize(
    ("line", "about", "words"),
    [
        ("/admin webhook pause 1", "webhook 1", "You did this: pause webhook."),
        ("/admin job run purge", "job purge", "You ran it."),
    ],
)
async def test_other_changes_are_found_by_what_they_changed(
    dana: Chat, services: Services, line: str, about: str, words: str
):
    await add_webhook(services, "https://example.org", ["*"], COMMAND_LINE)
    now = services.clock.now()
    await services.storage.write(lambda unit: unit.jobs.register("purge", now, now))
    await dana.say(line)

    assert words in await dana.say(f"/admin why {about}")


async def test_a_room_tells_who_opened_it_again(dana: Chat):
    await dana.say('/admin close Wren saturday 9-17 "exam"')
    await dana.press("Open again")

    assert "You opened it again" in await dana.say("/admin why Wren G02 saturday 10:00")
