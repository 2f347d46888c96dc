"""`/rooms notices on|off`: whether a channel hears that a quota week has begun."""

from bot.chat.command import Call, Command, Parameter, Takes
from bot.chat.reply import Reply, Tone
from bot.chat.request import Door
from core.errors import Invalid, NotEntitled
from core.model.entities import Identity


async def answer(call: Call) -> Reply:
    """By those who manage the place; others hear who may."""
    wanted = call.words.strip().lower()
    if wanted not in {"on", "off"}:
        raise Invalid("Notices are on or off: /rooms notices on. For yourself: /settings notices on")
    channel = channel_of(call)
    if not (call.asked.by.manages or (call.known is not None and call.person.is_admin)):
        raise NotEntitled("Only those who manage this place can do that. For yourself: /settings notices on")
    now, by = call.desk.clock.now(), call.asked.by.identity
    if wanted == "on":
        await call.desk.storage.write(lambda unit: unit.channels.add(channel, by, now))
        return Reply(("This channel hears every Monday when quota is fresh.",), tone=Tone.DONE)
    await call.desk.storage.write(lambda unit: unit.channels.remove(channel))
    return Reply(("This channel hears no more of it.",), tone=Tone.DONE)


def channel_of(call: Call) -> Identity:
    """The channel something was asked in, as messages are addressed: `slack:T1:C1`, `discord:channel:5`."""
    by, channel = call.asked.by, call.asked.channel
    if not channel or channel.startswith("D"):
        raise Invalid("Ask this in the channel that is to hear it. For yourself: /settings notices on")
    if by.door is Door.DISCORD:
        return Identity(f"discord:channel:{channel}")
    return Identity(f"{by.identity.rpartition(':')[0]}:{channel}")


COMMAND = Command(
    name="rooms notices",
    summary="Tell this channel when quota is fresh, or no more",
    usage="/rooms notices on|off",
    answer=answer,
    takes=(Parameter("switch", Takes.TEXT, "on or off", required=True),),
    changes_things=True,
)
