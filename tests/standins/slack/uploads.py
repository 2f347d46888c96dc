"""Files in three steps: a URL for the upload, the upload itself, and sharing it in a conversation."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.standins.slack.state import Message, State

_MAX_ALT = 1000


@dataclass
class UploadedFile:
    """A file of a workspace; `channel` is where it was shared."""

    id: str
    workspace: str
    name: str
    length: int
    alt_text: str
    content: bytes = b""
    title: str = ""
    channel: str = ""
    thread: str = ""


class Uploads:
    """The files of all workspaces, by id."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.files: dict[str, UploadedFile] = {}

    def new(self, workspace: str, args: Mapping[str, Any]) -> UploadedFile | None:
        """None for what Slack refuses."""
        name, length = str(args.get("filename") or ""), str(args.get("length") or "")
        alt_text = str(args.get("alt_txt") or "")
        if not name or not length.isdecimal() or not int(length) or len(alt_text) > _MAX_ALT:
            return None
        made = UploadedFile(f"F{self.state.number():09d}", workspace, name, int(length), alt_text)
        self.files[made.id] = made
        return made

    async def handle(self, request: web.Request) -> web.Response:
        """The upload itself; it needs no token, as its address is secret."""
        file = self.files.get(request.match_info["file"])
        content = await request.read()
        if file is None or len(content) != file.length:
            return web.Response(status=400, text="failed")
        file.content = content
        return web.Response(text=f"OK - {len(content)}")

    def share(self, workspace_id: str, args: Mapping[str, Any]) -> list[UploadedFile] | str:
        """The files that are shared, or the code of what Slack refuses."""
        workspace = self.state.workspaces[workspace_id]
        wanted = json.loads(args["files"]) if isinstance(args.get("files"), str) else args.get("files")
        channel = workspace.channels.get(str(args.get("channel_id") or ""))
        if channel is None:
            return "channel_not_found"
        if workspace.bot_user not in channel.members:
            return "not_in_channel"
        shared = [self.files[each["id"]] for each in wanted if each["id"] in self.files]
        if len(shared) != len(wanted) or not all(each.content for each in shared):
            return "file_not_found"
        for file, each in zip(shared, wanted, strict=True):
            file.title, file.channel = str(each.get("title") or ""), channel.id
            file.thread = str(args.get("thread_ts") or "")
        message = Message(self.state.ts(), channel.id, workspace.bot_user, "", bot_id=workspace.bot_id)
        message.files = list(shared)
        channel.messages.append(message)
        return shared
