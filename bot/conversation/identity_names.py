"""Writes people's names where a reply would quote the id of a chat account."""

import re
from itertools import chain

from msgspec.structs import replace

from bot.chat.reply import Bold, Inline, Reply, ReplyItem, Text
from core.directory import Directory
from core.model import Identity

_IDENTITY = re.compile(r"\b(?:slack:[A-Za-z0-9]+:[A-Za-z0-9]+|discord:\d+)|<@!?[A-Za-z0-9]+(?:\|[^<>]*)?>")

_SIGNS = ("slack:", "discord:", "<@")
"""Every identity begins with one of these: a quick test, for nearly no reply has any."""


def hide_identities(reply: Reply, directory: Directory) -> Reply:
    """The reply without ids of chat accounts, which mean nothing to people; code to copy stays as it is."""

    def shown(text: Text) -> Text:
        return tuple(_shown(each, directory) for each in text)

    words = _words(reply)
    if not any(sign in words for sign in _SIGNS):
        return reply
    items = tuple(
        ReplyItem(shown(each.title), shown(each.detail), each.buttons) if _is_quoted(each) else each
        for each in reply.items
    )
    return replace(reply, text=shown(reply.text), items=items, footer=shown(reply.footer))


def _words(reply: Reply) -> str:
    """Everything in a reply that can name an identity."""
    texts = chain(
        (reply.text, reply.footer), chain.from_iterable((item.title, item.detail) for item in reply.items)
    )
    words = [each.text if isinstance(each, Bold) else each for each in chain.from_iterable(texts)]
    return "\n".join(each for each in words if isinstance(each, str))


def _is_quoted(item: ReplyItem) -> bool:
    return any(isinstance(each, str) and _IDENTITY.search(each) for each in (*item.title, *item.detail))


def _shown(inline: Inline, directory: Directory) -> Inline:
    match inline:
        case str():
            return _IDENTITY.sub(lambda found: _name(found[0], directory), inline)
        case Bold(text):
            return Bold(_IDENTITY.sub(lambda found: _name(found[0], directory), text))
    return inline


def _name(identity: str, directory: Directory) -> str:
    account = directory.by_identity(Identity(identity))
    return account.person.name if account is not None else "that person"
