"""Adds pictures to rendered messages, as a gallery of one image, and files."""

from msgspec.structs import replace

from bot.chat.picture import Picture
from bot.pictures.alternative import short_alternative
from bot.platforms.discord.render import components as parts
from bot.platforms.discord.render.components import Component
from bot.platforms.discord.render.renderer import RenderedMessage
from bot.platforms.pictures import FILE_NAME

MAX_DESCRIPTION = 1024


def description_of(picture: Picture) -> str:
    return short_alternative(picture.alternative, MAX_DESCRIPTION)


def with_picture(message: RenderedMessage, picture: Picture) -> RenderedMessage:
    """The message with the attached image above its buttons."""
    return _with(message, _gallery(picture))


def with_file(message: RenderedMessage, name: str) -> RenderedMessage:
    """The message with the attached file above its buttons; a file that no component names is not shown."""
    return _with(message, {"type": parts.FILE, "file": {"url": f"attachment://{name}"}})


def _with(message: RenderedMessage, component: Component) -> RenderedMessage:
    container, *rest = message.components
    inside = container.get("components")
    shown = list(inside) if isinstance(inside, list) else []
    place = next((index for index, each in enumerate(shown) if each.get("type") == parts.ROW), len(shown))
    shown.insert(place, component)
    return replace(message, components=(container | {"components": shown}, *rest))


def _gallery(picture: Picture) -> Component:
    item = {"media": {"url": f"attachment://{FILE_NAME}"}, "description": description_of(picture)}
    return {"type": parts.GALLERY, "items": [item]}
