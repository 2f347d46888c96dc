"""Pictures for everybody, without marks of one person's bookings."""

from msgspec.structs import replace

from bot.chat.picture import Bar, BarKind, BarRow, Picture
from bot.pictures.alternative import alternative_text
from bot.pictures.requests import for_everybody, pack, unpack
from core.errors import UnknownPicture


def public_picture(picture: Picture | None) -> Picture | None:
    """The picture as everybody may see it."""
    if picture is None or not any(_is_own(bar) for row in picture.timeline.rows for bar in row.bars):
        return picture
    rows = tuple(_public_row(each) for each in picture.timeline.rows)
    timeline = replace(picture.timeline, rows=rows)
    return Picture(timeline, alternative_text(timeline), _public_content(picture.content))


def _is_own(bar: Bar) -> bool:
    return bar.kind is BarKind.OWN


def _public_row(row: BarRow) -> BarRow:
    return replace(row, bars=tuple(_public_bar(each) for each in row.bars))


def _public_bar(bar: Bar) -> Bar:
    return replace(bar, kind=BarKind.BOOKED) if _is_own(bar) else bar


def _public_content(content: str) -> str:
    """Nothing rather than a picture that marks bookings, where it cannot be read."""
    try:
        return pack(for_everybody(unpack(content)))
    except UnknownPicture:
        return ""
