"""Pictures as bars on a screen: coloured where there is colour, else told apart by their characters."""

from collections.abc import Iterator

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text as RichText

from bot.chat.picture import Picture
from bot.pictures.palette import BAR_STYLES, INK
from bot.pictures.text_bars import Cells, bar_lines
from bot.platforms.terminal.text import strip_unsafe

_MAX_WIDTH = 100
_INDENT = 2
_FILL = "█"


def picture_bars(picture: Picture, width: int, *, has_colour: bool) -> Iterator[RenderableType]:
    """A line for each row, below a blank line; nothing on a screen too narrow for them."""
    lines = bar_lines(picture.timeline, min(width, _MAX_WIDTH) - _INDENT)
    if not lines:
        return
    text = RichText("\n", no_wrap=True).join(_line(each, has_colour=has_colour) for each in lines)
    yield Padding(text, (1, 0, 0, _INDENT))


def _line(cells: tuple[Cells, ...], *, has_colour: bool) -> RichText:
    line = RichText(no_wrap=True)
    for each in cells:
        line.append(strip_unsafe(each.text), _style(each) if has_colour else None)
    return line


def _style(cells: Cells) -> str | None:
    """The character in ink on the colour of its kind; whole blocks in their colour."""
    if cells.kind is None:
        return None
    style = BAR_STYLES[cells.kind]
    return style.fill if cells.text.startswith(_FILL) else f"{INK} on {style.fill}"
