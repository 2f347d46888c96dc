"""Administration in Slack: typed words, buttons for the answers, and the same refusal for everybody else."""

from datetime import timedelta

from msgspec.structs import replace

from bot.administration.table import VERBS
from bot.notifications import NOTIFICATION_TYPES
from bot.worker.outbox import OutboxSender, OutboxSettings
from core.model import Block, Identity, UserGroup
from core.ports import UnitOfWork
from tests.builders import NOW
from tests.platforms.slack.environment import Environment, read
from tests.standins.slack import SlackStandIn


def promote(unit: UnitOfWork) -> None:
    ada = unit.people.by_name("ada")
    assert ada is not None
    unit.people.put(replace(ada, is_admin=True))


async def test_others_get_the_same_refusal_to_every_verb(
    environment: Environment, slack: SlackStandIn
) -> None:
    bob = slack.person("U2")
    kinds = {
        "student": {"groups": frozenset({UserGroup.STUDENT}), "is_admin": False},
        "staff": {"groups": frozenset({UserGroup.STAFF}), "is_admin": False},
        "blocked administrator": {"is_admin": True},
    }
    async with environment.open():
        for kind, fields in kinds.items():

            def become(unit: UnitOfWork, fields: dict = fields, kind: str = kind) -> None:
                person = unit.people.by_name("bob")
                assert person is not None
                unit.people.put(replace(person, **fields))
                unit.people.block(person.id, Block(NOW + timedelta(days=9)) if "blocked" in kind else None)

            await environment.storage.write(become)
            before = await environment.storage.read(lambda unit: list(unit.history.audit()))
            for verb in VERBS:
                await bob.types(verb.examples[0] if verb.examples else f"/admin {verb.name}")
                assert read(bob.sees()[-1]).strip() == "Only administrators can do this.", (kind, verb.name)
            assert await environment.storage.read(lambda unit: list(unit.history.audit())) == before
    assert slack.refusals == []


async def test_an_administrator_gets_an_answer_to_every_verb(
    environment: Environment, slack: SlackStandIn
) -> None:
    await environment.storage.write(promote)
    ada = slack.person("U1")
    async with environment.open():
        for verb in VERBS:
            await ada.types(f"/admin {verb.name} help")
            await ada.types(f"/admin {verb.name}")
            shown = read(ada.sees()[-1])
            assert "Only administrators" not in shown, verb.name
            assert "something went wrong" not in shown, verb.name
    assert slack.refusals == []


async def test_a_booking_is_cancelled_with_a_message_to_its_owner(
    environment: Environment, slack: SlackStandIn
) -> None:
    await environment.storage.write(promote)
    ada, bob = slack.person("U1"), slack.person("U2")
    async with environment.open() as adapter:
        await bob.types("/book K-J17-G01 saturday 10-11")
        await ada.types("/admin block <@U2> until monday “noise”")
        await slack.until(lambda: bool(ada.sees()))
        question = ada.sees()[-1]
        assert "Bob has 1 booking now or ahead." in read(question)
        await ada.presses(question, "Block, cancel 1 booking")
        await slack.until(lambda: "can't book until" in read(ada.sees()[-1]))

        sender = OutboxSender(
            environment.services, [adapter], NOTIFICATION_TYPES, "worker", OutboxSettings(spacing=timedelta())
        )
        await sender.deliver_due()
        texts = [read(each) for each in bob.dms]
        assert any(
            "was cancelled by an administrator: your account can't book for a while" in each for each in texts
        )
        assert any("You can't book rooms until" in each and "Reason: noise." in each for each in texts)
        await bob.types("/book K-J17-G01 saturday 10-11")
        assert "(noise). Questions? Ask an administrator." in read(bob.sees()[-1])
        assert slack.refusals == []


async def test_an_announcement_reaches_the_channel_as_plain_text(
    environment: Environment, slack: SlackStandIn
) -> None:
    await environment.storage.write(promote)
    channel = Identity("slack:T1:C1")
    await environment.storage.write(lambda unit: unit.notice_channels.add(channel, channel, NOW))
    ada = slack.person("U1")
    async with environment.open() as adapter:
        await ada.types('/admin announce "Closed *today* <!channel>"')
        await ada.presses(ada.sees()[-1], "Send it")
        await slack.until(lambda: "goes to 1 channel now" in read(ada.sees()[-1]))
        sender = OutboxSender(
            environment.services, [adapter], NOTIFICATION_TYPES, "worker", OutboxSettings(spacing=timedelta())
        )
        await sender.deliver_due()
    backlog = await environment.storage.read(lambda unit: unit.outbox.backlog())
    assert (backlog.waiting, backlog.given_up) == (0, 0)
