"""`response_url`: five answers within half an hour, the only way to change an ephemeral message."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.standins.slack import faults
from tests.standins.slack.faults import Weather
from tests.standins.slack.state import (
    RESPONSE_URL_LIFE,
    RESPONSE_URL_USES,
    Channel,
    Message,
    ResponseUrl,
    State,
    Workspace,
)
from tests.standins.slack.web_api import Refusal, checked_blocks


class ResponseUrls:
    """Gives out urls and carries out what is posted to them."""

    def __init__(self, state: State, weather: Weather, changed: Callable[[], None]) -> None:
        self._state, self._weather, self._changed = state, weather, changed
        self.base = ""
        self.refusals: list[tuple[str, str, list[str]]] = []
        self.calls: list[Mapping[str, Any]] = []

    def new(self, workspace: str, channel: str, user: str, original: Message | None = None) -> str:
        secret = f"r{self._state.number()}"
        self._state.response_urls[secret] = ResponseUrl(
            workspace, channel, user, self._state.clock.now(), original
        )
        return f"{self.base}/response/{secret}"

    async def handle(self, request: web.Request) -> web.Response:
        instead = await faults.before(self._weather.next_for("response_url"), request)
        if instead is not None:
            return instead
        body = await request.json()
        self.calls.append(body)
        try:
            self._carry_out(self._valid(request.match_info["secret"]), body)
        except Refusal as refusal:
            self.refusals.append(("response_url", refusal.error, refusal.complaints))
            return web.Response(status=404 if "url" in refusal.error else 400, text=refusal.error)
        finally:
            self._changed()
        return web.Response(text="ok")

    def _valid(self, secret: str) -> ResponseUrl:
        url = self._state.response_urls.get(secret)
        if url is None:
            raise Refusal("invalid_url")
        if url.uses >= RESPONSE_URL_USES:
            raise Refusal("used_url")
        if self._state.clock.now() - url.made > RESPONSE_URL_LIFE:
            raise Refusal("expired_url")
        return url

    def _carry_out(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        workspace = self._state.workspaces[url.workspace]
        channel = workspace.channels[url.channel]
        if channel.deleted:
            raise Refusal("channel_not_found")
        if body.get("delete_original"):
            if url.original in channel.messages:
                channel.messages.remove(url.original)
        elif body.get("replace_original") and url.original is not None:
            url.original.blocks = checked_blocks(body, self._state)
            url.original.text = body.get("text") or ""
            url.original.edits += 1
        else:
            say(self._state, workspace, channel, url.user, body)
        url.uses += 1


def say(state: State, workspace: Workspace, channel: Channel, asker: str, body: Mapping[str, Any]) -> Message:
    """What an acknowledgement or a `response_url` says: to the asker alone unless it is `in_channel`."""
    blocks = checked_blocks(body, state)
    only_for = "" if body.get("response_type") == "in_channel" else asker
    message = Message(
        state.ts(),
        channel.id,
        workspace.bot_user,
        body.get("text") or "",
        blocks,
        body.get("metadata"),
        only_for,
    )
    message.bot_id = workspace.bot_id
    channel.messages.append(message)
    return message
