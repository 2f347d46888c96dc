"""State of the fake server: application, users, servers, channels and messages."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct, field

from core.clock import SystemClock

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
TEXT_CHANNEL, DIRECT_MESSAGE = 0, 1
MANAGE_GUILD = 1 << 5
MEMBER_PERMISSIONS = 1 << 10 | 1 << 11 | 1 << 31


class Time:
    """System clock that a test can advance."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self._offset = timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self._offset

    def advance(self, by: timedelta) -> None:
        self._offset += by


class Snowflakes:
    """Generates ids that contain their time, like Discord's."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self._numbers = itertools.count()

    def new(self) -> str:
        return self.at(self._time.now())

    def at(self, moment: datetime) -> str:
        milliseconds = (moment - EPOCH) // timedelta(milliseconds=1)
        return str(milliseconds << 22 | next(self._numbers) & 0x3FFFFF)


class User(Struct):
    id: str
    name: str
    bot: bool = False
    locale: str = "en-GB"
    takes_messages: bool = True
    installed: bool = False

    def payload(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "username": self.name,
            "global_name": self.name.capitalize(),
            "discriminator": "0",
            "avatar": None,
            "bot": self.bot,
            "public_flags": 0,
        }


class Channel(Struct):
    """A text channel, or a direct message between the bot (unless `without_bot`) and `people`.

    Where it `hides_history` from the bot, replies to a message are refused.
    """

    id: str
    guild_id: str | None = None
    name: str = ""
    people: tuple[User, ...] = ()
    without_bot: bool = False
    hides_history: bool = False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        if self.guild_id is None:
            recipients = [person.payload() for person in self.people]
            return {"id": self.id, "type": DIRECT_MESSAGE, "recipients": recipients, "last_message_id": None}
        return {
            "id": self.id,
            "type": TEXT_CHANNEL,
            "guild_id": self.guild_id,
            "name": self.name,
            "position": 0,
            "permission_overwrites": [],
            "permissions": str(MEMBER_PERMISSIONS),
        }


class Guild(Struct):
    """A server. Without `has_bot`, only users who installed the application can use it there."""

    id: str
    name: str
    has_bot: bool = True
    bot_permissions: int = MEMBER_PERMISSIONS
    channels: list[Channel] = field(default_factory=list)
    members: dict[str, int] = field(default_factory=dict)
    """Permissions by user id."""

    def member(self, user: User, joined: datetime) -> dict[str, Any]:
        return {
            "user": user.payload(),
            "nick": None,
            "roles": [],
            "joined_at": joined.isoformat(),
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "permissions": str(self.members.get(user.id, MEMBER_PERMISSIONS)),
        }

    def payload(self) -> dict[str, Any]:
        everyone = {
            "id": self.id,
            "name": "@everyone",
            "permissions": str(MEMBER_PERMISSIONS),
            "position": 0,
            "color": 0,
        }
        everyone |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
        return {
            "id": self.id,
            "name": self.name,
            "owner_id": "1",
            "unavailable": False,
            "member_count": len(self.members) + 1,
            "roles": [everyone],
            "channels": [channel.payload() for channel in self.channels],
            "members": [],
            "threads": [],
            "presences": [],
            "voice_states": [],
            "emojis": [],
            "stickers": [],
            "features": [],
            "preferred_locale": "en-GB",
        }


class World:
    """State of the fake server."""

    def __init__(self) -> None:
        self.time = Time()
        self.ids = Snowflakes(self.time)
        self.bot = User(self.ids.new(), "roomie", bot=True)
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: dict[str, Guild] = {}
        self.application_flags = 0
        self.channels: dict[str, Channel] = {}
        self._direct: dict[frozenset[str], Channel] = {}
        self.commands: dict[str | None, list[dict[str, Any]]] = {None: []}
        """Application commands: the global ones under None, a server's under its id."""
        self.overwrites = 0
        """Number of command syncs."""
        self.files: dict[str, bytes] = {}
        """Content of attachments by their id."""

    @property
    def application_id(self) -> str:
        return self.bot.id

    def add_user(self, name: str, *, installed: bool = False) -> User:
        user = User(self.ids.new(), name, installed=installed)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str = "Campus", *, has_bot: bool = True) -> Guild:
        guild = Guild(self.ids.new(), name, has_bot)
        self.guilds[guild.id] = guild
        return guild

    def add_channel(self, guild: Guild, name: str = "general") -> Channel:
        channel = Channel(self.ids.new(), guild.id, name)
        guild.channels.append(channel)
        self.channels[channel.id] = channel
        return channel

    def direct_channel(self, *people: User, without_bot: bool = False) -> Channel:
        """The DM channel of these users; created on first use."""
        members = _as_set(people)
        channel = self._direct.get(members)
        if channel is None:
            channel = Channel(self.ids.new(), people=people, without_bot=without_bot)
            self._direct[members] = self.channels[channel.id] = channel
        return channel

    def commands_in(self, guild_id: str | None) -> list[dict[str, Any]]:
        own = self.commands.get(guild_id, []) if guild_id else []
        return [*own, *self.commands[None]]

    def message(self, channel: Channel, author: User, content: Any, **more: Any) -> dict[str, Any]:
        """Create a message and store it in its channel."""
        message = {
            "id": self.ids.new(),
            "type": 0,
            "channel_id": channel.id,
            "author": author.payload(),
            "content": content or "",
            "embeds": [],
            "attachments": [],
            "components": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "flags": 0,
            "timestamp": self.time.now().isoformat(),
            "edited_timestamp": None,
            **more,
        }
        channel.messages[message["id"]] = message
        return message

    def all_messages(self) -> Iterator[dict[str, Any]]:
        for channel in self.channels.values():
            yield from channel.messages.values()


def _as_set(people: tuple[User, ...]) -> frozenset[str]:
    return frozenset(person.id for person in people)
