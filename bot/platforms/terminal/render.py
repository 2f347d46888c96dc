"""From a reply to lines of text: drawn on a screen, plain when piped.

Actions become numbers to type. Total: any reply can be shown; control characters never reach the terminal.
"""

from bot.chat.reply import Button, Reply
from bot.platforms.terminal.plain import plain
from bot.platforms.terminal.text import Page, Shown, numbered

__all__ = ["Page", "Shown", "render"]


def render(reply: Reply, page: Page, before: tuple[Button, ...] = ()) -> Shown:
    """The reply as text, its buttons numbered from 1, or on from those that are shown already."""
    buttons, first = (*before, *numbered(reply)), len(before) + 1
    if page.width is None:
        return Shown(plain(reply, page, first), buttons)
    from bot.platforms.terminal.rich_renderer import drawn

    return Shown(drawn(reply, page, first), buttons)
