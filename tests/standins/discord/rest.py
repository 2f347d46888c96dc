"""REST API of the fake server, version 10."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.standins.discord.attachments import read_body
from tests.standins.discord.command_tree import validate_commands
from tests.standins.discord.faults import apply_fault, drop_connection, json, rate_limited_response
from tests.standins.discord.interactions import ApiError
from tests.standins.discord.message_validation import COMPONENTS_V2, validate_message
from tests.standins.discord.world import Channel, Guild

if TYPE_CHECKING:
    from tests.standins.discord.server import Discord

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PREFIX = "/api/v10"
NONCE_MINUTES = 5
TOKEN_PATHS = ("/interactions/", "/webhooks/")
"""Paths that are authorised by a token in the path."""


class Rest:
    """Routes and handlers."""

    def __init__(self, discord: "Discord") -> None:
        self._discord = discord
        self._world = discord.world
        self._nonces: dict[tuple[str, str], dict[str, Any]] = {}

    def routes(self) -> list[web.RouteDef]:
        app, hook = "/applications/{app}", "/webhooks/{app}/{token}"
        table: list[tuple[str, str, Handler]] = [
            ("GET", "/users/@me", self.me),
            ("GET", "/users/@me/guilds", self.own_guilds),
            ("GET", "/users/{user}", self.user),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/applications/@me", self.application),
            ("GET", "/gateway", self.gateway),
            ("GET", "/gateway/bot", self.gateway_bot),
            ("GET", f"{app}/commands", self.commands),
            ("PUT", f"{app}/commands", self.overwrite_commands),
            ("GET", f"{app}/guilds/{{guild}}/commands", self.commands),
            ("PUT", f"{app}/guilds/{{guild}}/commands", self.overwrite_commands),
            ("GET", "/guilds/{guild}", self.guild),
            ("GET", "/channels/{channel}", self.channel),
            ("GET", "/channels/{channel}/messages", self.messages),
            ("POST", "/channels/{channel}/messages", self.send),
            ("GET", "/channels/{channel}/messages/{message}", self.message),
            ("PATCH", "/channels/{channel}/messages/{message}", self.edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self.delete),
            ("POST", "/channels/{channel}/typing", self.typing),
            ("POST", "/users/@me/channels", self.open_direct),
            ("POST", "/interactions/{interaction}/{token}/callback", self.callback),
            ("POST", hook, self.follow_up),
            ("GET", f"{hook}/messages/{{message}}", self.followed_up),
            ("PATCH", f"{hook}/messages/{{message}}", self.edit_followed_up),
            ("DELETE", f"{hook}/messages/{{message}}", self.delete_followed_up),
        ]
        return [web.route(method, PREFIX + path, handler) for method, path, handler in table]

    @web.middleware
    async def handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Apply faults, authorisation, rate limits and error responses."""
        path = request.path.removeprefix(PREFIX)
        if path == request.path:
            return await handler(request)
        self._discord.requests.append((request.method, path))
        fault = self._discord.faults.next_for(request.method, path)
        if fault is not None and (response := await apply_fault(fault, request)) is not None:
            return response
        if (
            not path.startswith(TOKEN_PATHS)
            and request.headers.get("Authorization") != f"Bot {self._discord.token}"
        ):
            return json({"message": "401: Unauthorized", "code": 0}, 401)
        if not path.startswith(TOKEN_PATHS) and (wait := self._discord.rate_limits.take_globally()):
            return rate_limited_response(wait, is_global=True)
        response = await self._limited(request, handler)
        self._discord.changed.notify()
        if fault is not None and fault.late_drop:
            drop_connection(request)
        return response

    async def _limited(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        bucket = _bucket(request)
        limits = self._discord.rate_limits
        if bucket and (wait := limits.take(bucket)):
            response = rate_limited_response(wait)
            response.headers.update(limits.headers(bucket))
            return response
        try:
            answer = await handler(request)
        except ApiError as refusal:
            answer = json(refusal.body, refusal.status)
        except web.HTTPNotFound:
            answer = json({"message": "404: Not Found", "code": 0}, 404)
        if bucket:
            answer.headers.update(limits.headers(bucket))
        return answer

    # Application, users, servers.

    async def me(self, request: web.Request) -> web.Response:
        return json(self._world.bot.payload() | {"verified": True, "mfa_enabled": True, "flags": 0})

    async def own_guilds(self, request: web.Request) -> web.Response:
        guilds = [each for each in self._world.guilds.values() if each.has_bot]
        return json(
            [{"id": each.id, "name": each.name, "permissions": str(each.bot_permissions)} for each in guilds]
        )

    async def user(self, request: web.Request) -> web.Response:
        user = self._world.users.get(request.match_info["user"])
        if user is None:
            raise ApiError(404, 10013, "Unknown User")
        return json(user.payload())

    async def application(self, request: web.Request) -> web.Response:
        return json(
            {
                "id": self._world.application_id,
                "name": "Roomie",
                "description": "",
                "icon": None,
                "bot_public": True,
                "bot_require_code_grant": False,
                "verify_key": self._discord.public_key,
                "owner": self._world.bot.payload(),
                "flags": self._world.application_flags,
                "interactions_endpoint_url": self._discord.interactions_url or None,
            }
        )

    async def gateway(self, request: web.Request) -> web.Response:
        return json({"url": self._discord.gateway_url})

    async def gateway_bot(self, request: web.Request) -> web.Response:
        starts = {"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 16}
        shards = self._discord.recommended_shards
        return json({"url": self._discord.gateway_url, "shards": shards, "session_start_limit": starts})

    async def guild(self, request: web.Request) -> web.Response:
        return json(self._guild(request).payload())

    def _guild(self, request: web.Request) -> Guild:
        guild = self._world.guilds.get(request.match_info["guild"])
        if guild is None or not guild.has_bot:
            raise ApiError(403, 50001, "Missing Access")
        return guild

    # Commands.

    async def commands(self, request: web.Request) -> web.Response:
        return json(self._world.commands.get(request.match_info.get("guild"), []))

    async def overwrite_commands(self, request: web.Request) -> web.Response:
        self._own(request)
        guild = self._guild(request).id if "guild" in request.match_info else None
        commands = await request.json()
        if errors := validate_commands(commands):
            raise ApiError.malformed(errors)
        old = {(each["name"], each["type"]): each["id"] for each in self._world.commands.get(guild, [])}
        self._world.commands[guild] = [self._registered(each, guild, old) for each in commands]
        self._world.overwrites += 1
        return json(self._world.commands[guild])

    def _own(self, request: web.Request) -> None:
        if request.match_info["app"] != self._world.application_id:
            raise ApiError(403, 20012, "You are not authorized to perform this action on this application")

    def _registered(
        self, command: dict[str, Any], guild: str | None, old: dict[tuple[str, int], str]
    ) -> dict[str, Any]:
        kind = command.get("type", 1)
        defaults = {
            "id": old.get((command["name"], kind)) or self._world.ids.new(),
            "application_id": self._world.application_id,
            "type": kind,
            "version": self._world.ids.new(),
            "description": "",
            "default_member_permissions": None,
        }
        return defaults | command | ({"guild_id": guild} if guild else {})

    # Channels and messages.

    def _channel(self, request: web.Request) -> Channel:
        channel = self._world.channels.get(request.match_info["channel"])
        if channel is None:
            raise ApiError(404, 10003, "Unknown Channel")
        guild = self._world.guilds.get(channel.guild_id or "")
        if channel.without_bot or (guild is not None and not guild.has_bot):
            raise ApiError(403, 50001, "Missing Access")
        return channel

    def _message(self, request: web.Request) -> dict[str, Any]:
        message = self._channel(request).messages.get(request.match_info["message"])
        if message is None:
            raise ApiError(404, 10008, "Unknown Message")
        return message

    async def channel(self, request: web.Request) -> web.Response:
        return json(self._channel(request).payload())

    async def open_direct(self, request: web.Request) -> web.Response:
        user = self._world.users.get(str((await request.json()).get("recipient_id")))
        if user is None or user.bot:
            raise ApiError(400, 50033, "Invalid Recipient(s)")
        return json(self._world.direct_channel(user).payload())

    async def messages(self, request: web.Request) -> web.Response:
        """History, newest first; with `after`, the oldest after it."""
        query = request.query
        found = sorted(
            self._channel(request).messages.values(), key=lambda each: int(each["id"]), reverse=True
        )
        if "before" in query:
            found = [each for each in found if int(each["id"]) < int(query["before"])]
        limit = int(query.get("limit", 50))
        if "after" in query:
            later = [each for each in found if int(each["id"]) > int(query["after"])]
            return json(later[-limit:])
        return json(found[:limit])

    async def message(self, request: web.Request) -> web.Response:
        return json(self._message(request))

    async def send(self, request: web.Request) -> web.Response:
        channel, body = self._channel(request), await read_body(request)
        if channel.guild_id is None and not all(person.takes_messages for person in channel.people):
            raise ApiError(403, 50007, "Cannot send messages to this user")
        if errors := validate_message(body):
            raise ApiError.malformed(errors)
        if body.get("message_reference") and channel.hides_history:
            raise ApiError(403, 160002, "Cannot reply without permission to read message history")
        if (repeated := self._find_by_nonce(channel, body)) is not None:
            return json(repeated)
        message = self._world.message(
            channel,
            self._world.bot,
            body.get("content"),
            components=body.get("components") or [],
            embeds=body.get("embeds") or [],
            flags=body.get("flags") or 0,
            **{name: body[name] for name in ("nonce", "message_reference") if body.get(name)},
        )
        if body.get("nonce"):
            self._nonces[channel.id, str(body["nonce"])] = message
        await self._discord.gateway.announce_message(channel, message)
        return json(message)

    def _find_by_nonce(self, channel: Channel, body: dict[str, Any]) -> dict[str, Any] | None:
        """With `enforce_nonce`, the message of the last minutes with the same nonce."""
        nonce = str(body.get("nonce") or "")
        if len(nonce) > 25:
            raise ApiError(400, 50035, "Invalid Form Body")
        message = self._nonces.get((channel.id, nonce))
        if message is None or not body.get("enforce_nonce"):
            return None
        age = int(self._world.ids.new()) - int(message["id"]) >> 22
        return message if age < NONCE_MINUTES * 60_000 else None

    async def edit(self, request: web.Request) -> web.Response:
        message, body = self._message(request), await read_body(request)
        if message["author"]["id"] != self._world.bot.id:
            raise ApiError(403, 50005, "Cannot edit a message authored by another user")
        self._discord.interactions.edit(message, body)
        return json(message)

    async def delete(self, request: web.Request) -> web.Response:
        message = self._message(request)
        self._channel(request).messages.pop(message["id"])
        return web.Response(status=204)

    async def typing(self, request: web.Request) -> web.Response:
        self._channel(request)
        return web.Response(status=204)

    # Interactions.

    async def callback(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        ids = request.match_info
        interaction = self._discord.interactions.answer(ids["interaction"], ids["token"], body)
        if request.query.get("with_response") not in {"1", "true"}:
            return web.Response(status=204)
        summary = {"id": interaction.id, "type": interaction.kind, "response_message_ephemeral": False}
        answer: dict[str, Any] = {"interaction": summary, "resource": {"type": body["type"]}}
        if interaction.message is not None and body["type"] in {4, 5, 6, 7}:
            summary["response_message_id"] = interaction.message["id"]
            answer["resource"] |= {"message": interaction.message} if body["type"] in {4, 7} else {}
        return json(answer)

    async def follow_up(self, request: web.Request) -> web.Response:
        body = await read_body(request)
        if (body.get("flags") or 0) & COMPONENTS_V2 and request.query.get("with_components") == "false":
            raise ApiError(400, 50035, "Invalid Form Body")
        return json(self._discord.interactions.follow_up(request.match_info["token"], body))

    async def followed_up(self, request: web.Request) -> web.Response:
        ids = request.match_info
        return json(self._discord.interactions.find(ids["token"], ids["message"]))

    async def edit_followed_up(self, request: web.Request) -> web.Response:
        ids, body = request.match_info, await read_body(request)
        return json(self._discord.interactions.edit_response(ids["token"], ids["message"], body))

    async def delete_followed_up(self, request: web.Request) -> web.Response:
        ids = request.match_info
        self._discord.interactions.delete(ids["token"], ids["message"])
        return web.Response(status=204)


def _bucket(request: web.Request) -> str:
    """Bucket of the rate limit: per channel for messages, per token for follow-ups, none for callbacks."""
    ids = request.match_info
    if "channel" in ids and request.method in {"POST", "PATCH", "DELETE"}:
        return f"{request.method.lower()}-message:{ids['channel']}"
    if "app" in ids and "token" in ids:
        return f"webhook:{ids['token']}"
    return ""
