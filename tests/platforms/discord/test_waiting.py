"""Waiting for a room on Discord: the button below a refusal, the offer as a direct message, its answers."""

from datetime import timedelta

from bot.notifications import NOTIFICATION_TYPES
from bot.worker.offers import OfferMaker
from bot.worker.outbox import OutboxSender, OutboxSettings
from tests.platforms.discord.environment import Environment

_SLOT = {"room": "K-J17-G001", "when": "saturday 10-11"}


async def test_what_falls_free_is_offered_passed_on_and_taken(environment: Environment) -> None:
    wil, ops = environment.discord.person("wil"), environment.discord.person("ops")
    rema = environment.discord.person("rema")
    await environment.add_people(wil, ops, rema)
    settings = OutboxSettings(spacing=timedelta())
    sender = OutboxSender(
        environment.services, [environment.platform], NOTIFICATION_TYPES, "worker", settings
    )
    offers = OfferMaker(environment.services)
    await wil.run("/book", **_SLOT)
    refused = await ops.run("/book", **_SLOT)
    first = await ops.press(refused.seen, "Tell me when it's free")
    second = await rema.run("/rooms wait", where="K-J17-G001", when="saturday 10-11")

    question = await wil.run("/rooms cancel")
    await wil.press(question.seen, "Yes, cancel it")
    await offers.poll()
    await sender.deliver_due()
    offer = ops.sees()[-1]
    offer_text = offer.text
    passed = await ops.press(offer, "Pass")
    await offers.poll()
    await sender.deliver_due()
    taken = await rema.press(rema.sees()[-1], "Take it")
    waiting = await rema.run("/rooms waiting")

    assert "1st in line" in first.seen.text
    assert "2nd in line" in second.seen.text
    assert "I'm holding it for you until" in offer_text
    assert "next in line" in passed.seen.text
    assert "You're booked" in taken.seen.text
    assert "aren't waiting for anything" in waiting.seen.text


async def test_a_room_that_the_form_finds_taken_is_waited_for(environment: Environment) -> None:
    wil, rema = environment.discord.person("wil"), environment.discord.person("rema")
    await environment.add_people(wil, rema)
    await wil.run("/book", **_SLOT)
    opened = await rema.run("/rooms form")

    refused = await rema.submit(opened, **_SLOT)
    waiting = await rema.press(refused.seen, "Tell me when it's free")

    assert refused.seen.buttons == ["Try again", "Tell me when it's free"]
    assert "1st in line" in waiting.seen.text


async def test_the_only_taken_date_of_a_series_is_waited_for(environment: Environment) -> None:
    wil, rema = environment.discord.person("wil"), environment.discord.person("rema")
    await environment.add_people(wil, rema)
    await wil.run("/book", **_SLOT)

    preview = await rema.run("/book", room=_SLOT["room"], when="every day 10-11 until saturday")
    waiting = await rema.press(preview.seen, "Tell me when Sat 14 Mar is free")

    assert "1st in line" in waiting.seen.text
