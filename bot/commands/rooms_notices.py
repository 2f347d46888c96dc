"""`/rooms notices on|off`: turns a channel's weekly quota notice on or off."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply, Tone
from bot.chat.request import PlatformName
from core.errors import Invalid, NotPermitted
from core.model import Identity


def may_use(context: CommandContext) -> bool:
    """Whether the requester administers the server or workspace, or Roomie."""
    by = context.request.requester
    is_admin = context.account is not None and context.account.person.is_admin
    return by.platform is not PlatformName.TERMINAL and (is_admin or by.is_channel_admin)


async def handle(context: CommandContext) -> Reply:
    """For administrators of the server or workspace, and of Roomie."""
    wanted = context.argument("switch").strip().lower()
    if wanted not in {"on", "off"}:
        raise Invalid(
            "Turn notices on or off, for example: /rooms notices on. Just for you: /settings notices on"
        )
    channel = channel_of(context)
    if not may_use(context):
        raise NotPermitted(
            "Only an admin of this server or workspace can do that. Just for you: /settings notices on"
        )
    now, by = context.services.clock.now(), context.request.requester.identity
    if wanted == "on":
        await context.services.storage.write(lambda unit: unit.notice_channels.add(channel, by, now))
        return Reply(
            ("Notices are on: this channel gets a message each Monday when the quota resets.",),
            tone=Tone.DONE,
        )
    await context.services.storage.write(lambda unit: unit.notice_channels.remove(channel))
    return Reply(("Notices are off in this channel.",), tone=Tone.DONE)


def channel_of(context: CommandContext) -> Identity:
    """Address of the request's channel in the outbox: `slack:T1:C1`, `discord:channel:5`."""
    by, channel = context.request.requester, context.request.channel
    if not context.request.is_in_channel:
        raise Invalid(
            "Use this in the channel that should get the notices. Just for you: /settings notices on"
        )
    if by.platform is PlatformName.DISCORD:
        return Identity(f"discord:channel:{channel}")
    return Identity(f"{by.identity.rpartition(':')[0]}:{channel}")


COMMAND = Command(
    name="rooms notices",
    summary="Turn this channel's weekly quota notice on or off",
    usage="/rooms notices on|off",
    handle=handle,
    parameters=(
        CommandParameter("switch", ParameterType.TEXT, "on or off", required=True, choices=("on", "off")),
    ),
    is_mutating=True,
    may_use=may_use,
)
