"""`/rooms waiting`: lists what the requester waits for, with places and offers."""

from msgspec.structs import replace

from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Reply
from bot.conversation.booking import confirmation
from bot.conversation.waiting import (
    PASS,
    STOP,
    TAKE,
    passed_reply,
    stopped_reply,
    wait_id_of,
    waiting_list,
)


async def handle(context: CommandContext) -> Reply:
    return await waiting_list(context)


async def take(context: CommandContext) -> Reply:
    booked = await context.services.waiting.take(context.value, context.person.id)
    return replace(confirmation(context, booked), replaces=True)


async def pass_on(context: CommandContext) -> Reply:
    return passed_reply(context, await context.services.waiting.pass_on(context.value, context.person.id))


async def stop(context: CommandContext) -> Reply:
    wait = await context.services.waiting.stop(wait_id_of(context.value), context.person.id)
    return stopped_reply(context, wait)


COMMAND = Command(
    name="rooms waiting",
    summary="See what you're waiting for",
    usage="/rooms waiting",
    handle=handle,
    actions=(ButtonAction(TAKE, take), ButtonAction(PASS, pass_on), ButtonAction(STOP, stop)),
    aliases=("waiting",),
)
