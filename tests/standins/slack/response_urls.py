"""`response_url`: five uses within 30 minutes; the only way to update an ephemeral message."""

from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from tests.standins.slack import faults
from tests.standins.slack.faults import FaultQueue
from tests.standins.slack.state import (
    RESPONSE_URL_LIFE,
    RESPONSE_URL_USES,
    Channel,
    Message,
    ResponseUrl,
    State,
    Workspace,
)
from tests.standins.slack.web_api import Refusal, check_blocks


class ResponseUrls:
    """Creates URLs and applies what is posted to them."""

    def __init__(self, state: State, queue: FaultQueue, changed: Callable[[], None]) -> None:
        self._state, self._faults, self._changed = state, queue, changed
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
        response = await faults.before(self._faults.next_for("response_url"), request)
        if response is not None:
            return response
        body = await request.json()
        self.calls.append(body)
        try:
            self._apply(self._valid(request.match_info["secret"]), body)
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

    def _apply(self, url: ResponseUrl, body: Mapping[str, Any]) -> None:
        workspace = self._state.workspaces[url.workspace]
        channel = workspace.channels[url.channel]
        if channel.deleted:
            raise Refusal("channel_not_found")
        if body.get("delete_original"):
            if url.original in channel.messages:
                channel.messages.remove(url.original)
        elif body.get("replace_original") and url.original is not None:
            url.original.blocks = check_blocks(body, self._state)
            url.original.text = body.get("text") or ""
            url.original.edits += 1
        else:
            post_response(self._state, workspace, channel, url.user, body)
        url.uses += 1


def post_response(
    state: State, workspace: Workspace, channel: Channel, requester: str, body: Mapping[str, Any]
) -> Message:
    """Post the payload of an acknowledgement or a `response_url`: ephemeral unless it is `in_channel`."""
    blocks = check_blocks(body, state)
    only_for = "" if body.get("response_type") == "in_channel" else requester
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
