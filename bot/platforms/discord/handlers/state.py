"""What all conversations on Discord share."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import tzinfo

from bot.chat.reply import Audience, Reply
from bot.platforms.discord.handlers.form_drafts import FormDrafts
from bot.platforms.discord.handlers.recent import LruCache
from bot.platforms.discord.render.renderer import RenderedMessage, render
from core.model.entities import Identity

EVENTS = (
    "interaction",
    "repeated delivery",
    "deferral",
    "late interaction",
    "lost answer",
    "direct message",
    "closed direct message",
)
"""What is counted of what happens."""
_QUESTIONS = 10_000


@dataclass(frozen=True, slots=True)
class DiscordState:
    """The campus zone and those of readers, the open forms, and what to ask before a press counts."""

    zone: tzinfo
    zone_of: Callable[[Identity], tzinfo] | None = None
    counts: Counter[str] = field(default_factory=Counter)
    drafts: FormDrafts = field(default_factory=FormDrafts)
    _questions: LruCache[str] = field(default_factory=lambda: LruCache(_QUESTIONS))

    def render(
        self, reply: Reply, reader: Identity | None = None, mark: int | None = None
    ) -> RenderedMessage:
        """A reply as its reader sees it, whose questions are kept until its buttons are pressed."""
        own = self.zone_of if reader is not None and reply.audience is Audience.REQUESTER else None
        message = render(reply, own(reader) if own and reader else self.zone, mark)
        for custom_id, question in message.questions:
            self._questions.put(custom_id, question)
        return message

    def question(self, custom_id: str) -> str:
        """The question of a button; empty when it is so old that it was forgotten."""
        return self._questions.get(custom_id) or ""
