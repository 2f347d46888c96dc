"""From a reply to lines of text: drawn on a screen, plain when piped.

Actions become numbers to type. Total: any reply can be shown; control characters never reach the terminal.
"""

from bot.chat.reply import Button, Reply
from bot.platforms.terminal.plain import render_plain
from bot.platforms.terminal.text import RenderedReply, TerminalContext, numbered

__all__ = ["RenderedReply", "TerminalContext", "render"]


def render(reply: Reply, context: TerminalContext, before: tuple[Button, ...] = ()) -> RenderedReply:
    """The reply as text, its buttons numbered from 1, or on from those that are shown already."""
    buttons, first = (*before, *numbered(reply)), len(before) + 1
    if context.width is None:
        return RenderedReply(render_plain(reply, context, first), buttons)
    from bot.platforms.terminal.rich_renderer import render_rich

    return RenderedReply(render_rich(reply, context, first), buttons)
