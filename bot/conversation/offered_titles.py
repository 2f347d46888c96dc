"""Keeps the title of a request for the *Book* buttons of its reply, which have little room for one."""

from collections.abc import Iterator

from bot.chat.actions import Action
from bot.chat.command import CommandContext
from bot.chat.reply import Button, Reply


def keep_title(context: CommandContext, reply: Reply, title: str) -> Reply:
    """The reply; whatever the requester books with its buttons gets the title, whole and as it was typed."""
    if title:
        for value in _booking_values(reply):
            context.services.offered_titles.put(_key(context, value), title)
    return reply


def title_for(context: CommandContext) -> str | None:
    """The title kept for the pressed button; None when there is none, or it was forgotten by a restart."""
    return context.services.offered_titles.get(_key(context, context.value))


def _booking_values(reply: Reply) -> Iterator[str]:
    for each in (*reply.actions, *(button for item in reply.items for button in item.buttons)):
        if isinstance(each, Button) and each.action == Action.BOOK:
            yield each.value


def _key(context: CommandContext, value: str) -> str:
    return f"{context.request.requester.identity} {value}"
