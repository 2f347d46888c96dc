"""`/rooms notices on|off`: whether a channel hears that a quota week has begun."""

from bot.chat.command import Command, CommandContext, CommandParameter, ParameterType
from bot.chat.reply import Reply, Tone
from bot.chat.request import PlatformName
from core.errors import Invalid, NotPermitted
from core.model.entities import Identity


async def handle(context: CommandContext) -> Reply:
    """By those who manage the place; others hear who may."""
    wanted = context.text.strip().lower()
    if wanted not in {"on", "off"}:
        raise Invalid("Notices are on or off: /rooms notices on. For yourself: /settings notices on")
    channel = channel_of(context)
    if not (
        context.request.requester.is_channel_admin
        or (context.account is not None and context.person.is_admin)
    ):
        raise NotPermitted("Only those who manage this place can do that. For yourself: /settings notices on")
    now, by = context.services.clock.now(), context.request.requester.identity
    if wanted == "on":
        await context.services.storage.write(lambda unit: unit.notice_channels.add(channel, by, now))
        return Reply(("This channel hears every Monday when quota is fresh.",), tone=Tone.DONE)
    await context.services.storage.write(lambda unit: unit.notice_channels.remove(channel))
    return Reply(("This channel hears no more of it.",), tone=Tone.DONE)


def channel_of(context: CommandContext) -> Identity:
    """The channel something was asked in, as messages are addressed: `slack:T1:C1`, `discord:channel:5`."""
    by, channel = context.request.requester, context.request.channel
    if not channel or channel.startswith("D"):
        raise Invalid("Ask this in the channel that is to hear it. For yourself: /settings notices on")
    if by.platform is PlatformName.DISCORD:
        return Identity(f"discord:channel:{channel}")
    return Identity(f"{by.identity.rpartition(':')[0]}:{channel}")


COMMAND = Command(
    name="rooms notices",
    summary="Tell this channel when quota is fresh, or no more",
    usage="/rooms notices on|off",
    handle=handle,
    parameters=(CommandParameter("switch", ParameterType.TEXT, "on or off", required=True),),
    is_mutating=True,
)
