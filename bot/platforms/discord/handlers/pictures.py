"""Attaches pictures and files to messages that have been sent: no reply waits for one."""

import logging
from collections.abc import Awaitable, Callable
from io import BytesIO

import discord

from bot.chat.picture import Picture
from bot.chat.reply import ReplyFile
from bot.platforms.discord.render.pictures import description_of, with_file, with_picture
from bot.platforms.discord.render.renderer import RenderedMessage
from bot.platforms.discord.render.views import NETWORK_ERRORS, RawView, view
from bot.platforms.pictures import FILE_NAME, Pictures
from bot.redaction import error_name
from core.errors import Unavailable

logger = logging.getLogger(__name__)
_MAX_BYTES = 8 * 1024 * 1024
"""Discord takes attachments of 10 MiB at most."""

EditMessage = Callable[[RawView, list[discord.File]], Awaitable[object]]
"""Replaces the content and the attachments of a message."""


async def attach_picture(
    pictures: Pictures, picture: Picture, message: RenderedMessage, edit: EditMessage
) -> None:
    """Draw a picture and edit it into its message; a failure is logged, for the words say the same."""
    try:
        png = await pictures.png(picture)
        if len(png) <= _MAX_BYTES:
            file = discord.File(BytesIO(png), FILE_NAME, description=description_of(picture))
            await edit(view(with_picture(message, picture)), [file])
    except (Unavailable, discord.HTTPException, discord.RateLimited, *NETWORK_ERRORS) as error:
        logger.info("a picture was not attached: %s", error_name(error))


async def attach_file(file: ReplyFile, message: RenderedMessage, edit: EditMessage) -> None:
    """Edit a file into its message; a failure is logged."""
    try:
        await edit(view(with_file(message, file.name)), [discord.File(BytesIO(file.content), file.name)])
    except (discord.HTTPException, discord.RateLimited, *NETWORK_ERRORS) as error:
        logger.info("a file was not attached: %s", error_name(error))


def edit_of(sent: discord.Message) -> EditMessage:
    """Edits a message of ours."""

    async def edit(new: RawView, files: list[discord.File]) -> None:
        await sent.edit(view=new, attachments=files)

    return edit
