"""Uploads pictures to conversations after the reply, where Slack cannot fetch them by a URL."""

import logging
from typing import Any

from bot.chat.picture import Picture
from bot.pictures.alternative import short_alternative
from bot.platforms.pictures import FILE_NAME, Pictures
from bot.platforms.ports import Installation
from bot.platforms.slack.client.api import SlackApi
from bot.platforms.slack.client.errors import OutcomeUnknownInSlack, SlackError
from bot.platforms.slack.handlers.event import SlackEvent
from bot.platforms.slack.render.pictures import bars_blocks
from bot.platforms.tasks import BackgroundTasks
from core.errors import Unavailable

logger = logging.getLogger(__name__)
SCOPE = "files:write"
_MAX_ALTERNATIVE = 1000
"""Characters of a file's alternative text."""


def can_upload(installation: Installation) -> bool:
    """Whether the workspace has granted the scope; those that installed an earlier release have not."""
    return SCOPE in installation.scopes


class PictureUploads:
    """Draws and uploads in the background: no reply waits for a picture."""

    def __init__(self, api: SlackApi, pictures: Pictures, tasks: BackgroundTasks) -> None:
        self._api, self._pictures, self._tasks = api, pictures, tasks

    def start(self, installation: Installation, to: SlackEvent, picture: Picture) -> None:
        self._tasks.start(self._upload_or_write(installation, to, picture))

    async def _upload_or_write(self, installation: Installation, to: SlackEvent, picture: Picture) -> None:
        """The picture as a file; as bars of text where that fails."""
        try:
            await self._upload(installation, to, picture)
        except OutcomeUnknownInSlack as error:
            logger.info("the picture for %s may not have arrived: %s", to.key, error)
        except (SlackError, Unavailable) as error:
            logger.info("the picture for %s was not uploaded: %s", to.key, error)
            await self._write(installation, to, picture)

    async def _upload(self, installation: Installation, to: SlackEvent, picture: Picture) -> None:
        """In three steps: ask for an upload URL, send the bytes there, share the file."""
        png = await self._pictures.png(picture)
        alternative = short_alternative(picture.alternative, _MAX_ALTERNATIVE)
        ticket = await self._api.call(
            installation,
            lambda client: client.files_getUploadURLExternal(
                filename=FILE_NAME, length=len(png), alt_txt=alternative
            ),
        )
        await self._api.upload(str(ticket["upload_url"]), png)
        files: list[dict[str, str | None]] = [{"id": str(ticket["file_id"]), "title": picture.timeline.title}]
        thread = to.thread or None
        await self._api.call(
            installation,
            lambda client: client.files_completeUploadExternal(
                files=files, channel_id=to.channel, thread_ts=thread
            ),
            is_idempotent=False,
        )

    async def _write(self, installation: Installation, to: SlackEvent, picture: Picture) -> None:
        blocks = list(bars_blocks(picture))
        if not blocks:
            return
        message: dict[str, Any] = {"text": picture.timeline.title, "blocks": blocks}
        body = {"channel": to.channel, **message} | ({"thread_ts": to.thread} if to.thread else {})
        try:
            if to.response_url:
                await self._api.respond(to.response_url, message | {"response_type": "ephemeral"})
                return
            await self._api.call(
                installation,
                lambda client: client.api_call("chat.postMessage", json=body),
                is_idempotent=False,
            )
        except SlackError as error:
            logger.info("the bars for %s were not posted: %s", to.key, error)
