"""Gateway of the fake server: identify, heartbeat, resume, and events in order."""

import asyncio
import json
import secrets
from collections import deque
from typing import Any

import aiohttp
from aiohttp import web
from msgspec import Struct, field

from tests.standins.discord.change_signal import ChangeSignal
from tests.standins.discord.world import Channel, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID_SESSION, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
IGNORED = frozenset({3, 4, 8})
"""Presence, voice and member requests: understood and ignored."""
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT = 1 << 1, 1 << 8, 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
REPLAYED = 1000
COMMANDS_A_MINUTE = 120


class Closed(Exception):
    """Close the connection with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session(Struct):
    """Session of a client, which it can resume: events sent so far and its connection."""

    id: str
    shard: int
    shards: int
    intents: int
    socket: web.WebSocketResponse | None = None
    sequence: int = 0
    events: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=REPLAYED))

    async def send(self, name: str, payload: Any) -> None:
        self.sequence += 1
        event = {"op": DISPATCH, "t": name, "s": self.sequence, "d": payload}
        self.events.append(event)
        await self._push(event)

    async def resume_on(self, socket: web.WebSocketResponse, after: int) -> None:
        """Send the missed events in order and continue on this socket."""
        while after < self.sequence:
            missed = next(each for each in self.events if each["s"] > after)
            await socket.send_json(missed)
            after = missed["s"]
        self.socket = socket

    async def _push(self, event: dict[str, Any]) -> None:
        if self.socket is not None and not self.socket.closed:
            try:
                await self.socket.send_json(event)
            except (ConnectionError, RuntimeError):
                self.socket = None


class Gateway:
    """All sessions, and failures to inject."""

    def __init__(self, world: World, token: str, changed: ChangeSignal) -> None:
        self.world = world
        self.token = token
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.heartbeat_interval = 45.0
        self.acknowledges = True
        self.granted = PRIVILEGED
        self.shards_required = 1
        self.changed = changed
        self.log: list[str] = []
        """Events in order: `identify`, `resume`, `heartbeat`, `lost`, `closed CODE`."""

    @property
    def connected(self) -> list[Session]:
        return [each for each in self.sessions.values() if each.socket is not None and not each.socket.closed]

    async def dispatch(self, name: str, payload: Any, guild_id: str | None = None) -> int:
        """Send an event to the sessions of its shard; returns their number."""
        reached = [each for each in self.sessions.values() if _shard_of(guild_id, each.shards) == each.shard]
        for session in reached:
            await session.send(name, payload)
        return len(reached)

    async def announce_message(self, channel: Channel, message: dict[str, Any]) -> None:
        """Send MESSAGE_CREATE according to the intents; the content only where it may be read."""
        wanted = GUILD_MESSAGES if channel.guild_id else DIRECT_MESSAGES
        for session in list(self.sessions.values()):
            if session.intents & wanted and _shard_of(channel.guild_id, session.shards) == session.shard:
                await session.send("MESSAGE_CREATE", self._visible_message(session, channel, message))

    def _visible_message(self, session: Session, channel: Channel, message: dict[str, Any]) -> dict[str, Any]:
        bot = self.world.bot.id
        concerns_bot = (
            channel.guild_id is None
            or message["author"]["id"] == bot
            or any(each["id"] == bot for each in message["mentions"])
        )
        if concerns_bot or session.intents & MESSAGE_CONTENT:
            return message
        return message | {"content": "", "embeds": [], "attachments": [], "components": []}

    # Failures.

    async def cut(self) -> None:
        """Abort every connection."""
        for session in self.connected:
            assert session.socket is not None
            transport = session.socket._req.transport if session.socket._req else None
            session.socket = None
            if transport is not None:
                transport.abort()

    async def close(self, code: int = 4000) -> None:
        for session in self.connected:
            assert session.socket is not None
            socket, session.socket = session.socket, None
            await socket.close(code=code)

    async def ask_to_reconnect(self) -> None:
        for session in self.connected:
            assert session.socket is not None
            await session.socket.send_json({"op": RECONNECT, "d": None})

    async def invalidate(self, *, resumable: bool = False) -> None:
        for session in self.connected:
            assert session.socket is not None
            if not resumable:
                self.sessions.pop(session.id)
            await session.socket.send_json({"op": INVALID_SESSION, "d": resumable})

    def forget_sessions(self) -> None:
        """Forget disconnected sessions; a resume is answered with "invalid session"."""
        for session in list(self.sessions.values()):
            if session not in self.connected:
                self.sessions.pop(session.id)

    async def wait_for(self, count: int = 1, timeout_seconds: float = 30.0) -> None:
        """Wait until so many sessions are connected and up to date."""
        await self.changed.wait_until(lambda: len(self.connected) >= count, timeout_seconds)

    # The protocol.

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True, max_msg_size=4096)
        await socket.prepare(request)
        connection = Connection(self, socket)
        try:
            await connection.run()
        except Closed as end:
            self.log.append(f"closed {end.code}")
            await socket.close(code=end.code, message=end.reason.encode())
        finally:
            connection.leave()
        return socket


class Connection:
    """Connection of one client."""

    def __init__(self, gateway: Gateway, socket: web.WebSocketResponse) -> None:
        self.gateway = gateway
        self.socket = socket
        self.session: Session | None = None
        self._received: deque[float] = deque()

    async def run(self) -> None:
        await self._send(HELLO, {"heartbeat_interval": round(self.gateway.heartbeat_interval * 1000)})
        async for frame in self.socket:
            if frame.type is aiohttp.WSMsgType.TEXT:
                await self._receive(frame.data)
        self.gateway.log.append("lost")

    def leave(self) -> None:
        if self.session is not None and self.session.socket is self.socket:
            self.session.socket = None

    async def _receive(self, frame: str) -> None:
        self._count()
        try:
            command = json.loads(frame)
            operation, payload = command["op"], command.get("d")
        except (ValueError, KeyError, TypeError) as error:
            raise Closed(4002, "Error while decoding payload.") from error
        if operation == HEARTBEAT:
            await self._heartbeat()
        elif operation == IDENTIFY:
            await self._identify(payload)
        elif operation == RESUME:
            await self._resume(payload)
        elif operation not in IGNORED:
            raise Closed(4001, "Unknown opcode.")
        elif self.session is None:
            raise Closed(4003, "Not authenticated.")

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        self._received.append(now)
        while self._received[0] < now - 60:
            self._received.popleft()
        if len(self._received) > COMMANDS_A_MINUTE:
            raise Closed(4008, "Rate limited.")

    async def _heartbeat(self) -> None:
        self.gateway.log.append("heartbeat")
        if self.gateway.acknowledges:
            await self._send(ACK, None)

    async def _identify(self, payload: dict[str, Any]) -> None:
        self.gateway.log.append("identify")
        if self.session is not None:
            raise Closed(4005, "Already authenticated.")
        if payload.get("token") != self.gateway.token:
            raise Closed(4004, "Authentication failed.")
        shard, shards = payload.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            raise Closed(4010, "Invalid shard.")
        if shards < self.gateway.shards_required:
            raise Closed(4011, "Sharding required.")
        intents = payload.get("intents")
        if not isinstance(intents, int) or intents >> 26:
            raise Closed(4013, "Invalid intent(s).")
        if intents & PRIVILEGED & ~self.gateway.granted:
            raise Closed(4014, "Disallowed intent(s).")
        self.session = Session(secrets.token_hex(8), shard, shards, intents, self.socket)
        self.gateway.sessions[self.session.id] = self.session
        await self._send_ready(self.session)
        self.gateway.changed.notify()

    async def _send_ready(self, session: Session) -> None:
        world = self.gateway.world
        guilds = [each for each in world.guilds.values() if each.has_bot]
        mine = [each for each in guilds if _shard_of(each.id, session.shards) == session.shard]
        await session.send(
            "READY",
            {
                "v": 10,
                "user": world.bot.payload(),
                "guilds": [{"id": guild.id, "unavailable": True} for guild in mine],
                "session_id": session.id,
                "resume_gateway_url": self.gateway.url,
                "shard": [session.shard, session.shards],
                "application": {"id": world.application_id, "flags": 0},
            },
        )
        if session.intents & GUILDS:
            for guild in mine:
                await session.send("GUILD_CREATE", guild.payload())

    async def _resume(self, payload: dict[str, Any]) -> None:
        self.gateway.log.append("resume")
        if payload.get("token") != self.gateway.token:
            raise Closed(4004, "Authentication failed.")
        session = self.gateway.sessions.get(str(payload.get("session_id")))
        if session is None:
            await self._send(INVALID_SESSION, False)  # noqa: FBT003  # the payload is a bare truth value
            return
        after = payload.get("seq")
        if not isinstance(after, int) or after > session.sequence:
            raise Closed(4007, "Invalid seq.")
        self.session = session
        await session.resume_on(self.socket, after)
        await session.send("RESUMED", {})
        self.gateway.changed.notify()

    async def _send(self, operation: int, payload: Any) -> None:
        await self.socket.send_json({"op": operation, "d": payload, "s": None, "t": None})


def _shard_of(guild_id: str | None, shards: int) -> int:
    return (int(guild_id) >> 22) % shards if guild_id else 0
