"""How chat platforms show pictures: by a URL, or drawn for an upload."""

from typing import Protocol

from msgspec import Struct, field

from bot.chat.picture import Picture
from bot.pictures.drawer import PictureDrawer
from bot.pictures.formats import PictureFormat

FILE_NAME = "roomie.png"


class PictureUrl(Protocol):
    """The public URL of a picture; empty if Roomie cannot be reached from the internet."""

    def __call__(self, picture: Picture) -> str: ...


def no_url(picture: Picture) -> str:
    return ""


class Pictures(Struct, frozen=True):
    """URLs and drawing of pictures, as every adapter has them."""

    url_of: PictureUrl = no_url
    drawer: PictureDrawer = field(default_factory=PictureDrawer)

    async def png(self, picture: Picture) -> bytes:
        """Raises `Unavailable` if too many pictures are to be drawn."""
        return await self.drawer.draw(picture.timeline, PictureFormat.PNG)
