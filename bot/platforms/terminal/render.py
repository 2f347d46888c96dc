"""Renders any reply as text: laid out on a screen, plain in a pipe. Buttons become numbers to type.

Control characters never reach the terminal.
"""

from bot.chat.reply import Button, Reply
from bot.platforms.terminal.plain_renderer import render_plain
from bot.platforms.terminal.text import RenderedReply, TerminalContext, numbered_buttons

__all__ = ["RenderedReply", "TerminalContext", "render"]


def render(reply: Reply, context: TerminalContext, before: tuple[Button, ...] = ()) -> RenderedReply:
    """The reply as text, its buttons numbered from 1 or on from those on the screen (`before`)."""
    buttons, first = (*before, *numbered_buttons(reply)), len(before) + 1
    if context.width is None:
        return RenderedReply(render_plain(reply, context, first), buttons)
    from bot.platforms.terminal.rich_renderer import render_rich

    return RenderedReply(render_rich(reply, context, first), buttons)
