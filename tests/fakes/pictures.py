"""Drawers of pictures that wait or fail."""

import asyncio

from bot.pictures.drawer import PictureDrawer
from bot.pictures.drawing import PictureContent
from bot.pictures.formats import PHONE_WIDTH, PictureFormat
from core.errors import Unavailable


class WaitingDrawer(PictureDrawer):
    """Draws nothing before `can_draw`."""

    def __init__(self) -> None:
        super().__init__()
        self.can_draw = asyncio.Event()

    async def draw(
        self, content: PictureContent, image_format: PictureFormat, width: int = PHONE_WIDTH
    ) -> bytes:
        await self.can_draw.wait()
        return await super().draw(content, image_format, width)


class BusyDrawer(PictureDrawer):
    """Has no time for any picture."""

    async def draw(
        self, content: PictureContent, image_format: PictureFormat, width: int = PHONE_WIDTH
    ) -> bytes:
        raise Unavailable(f"No time to draw {type(content).__name__} as {image_format}, {width} wide.")
