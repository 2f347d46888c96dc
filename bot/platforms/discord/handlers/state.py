"""State that all Discord conversations share."""

from collections.abc import Callable
from datetime import tzinfo

from msgspec import Struct, field

from bot.chat.reply import Audience, Reply
from bot.platforms.discord.handlers.form_drafts import FormDrafts
from bot.platforms.discord.render.command_mentions import CommandMentions
from bot.platforms.discord.render.renderer import RenderedMessage, render
from bot.platforms.health import PlatformHealth
from bot.platforms.pictures import Pictures
from core.bounded_cache import LruCache
from core.model import Identity

EVENTS = (
    "interaction",
    "repeated delivery",
    "deferral",
    "late interaction",
    "lost answer",
    "direct message",
    "closed direct message",
)
"""Counted events."""
_MAX_QUESTIONS = 10_000


class DiscordState(Struct, frozen=True):
    """Time zones of campus and readers, counters, mentions of commands, form drafts, pictures, questions."""

    zone: tzinfo
    zone_of: Callable[[Identity], tzinfo] | None
    status: PlatformHealth
    mentions: CommandMentions = field(default_factory=CommandMentions)
    drafts: FormDrafts = field(default_factory=FormDrafts)
    pictures: Pictures = field(default_factory=Pictures)
    _questions: LruCache[str, str] = field(default_factory=lambda: LruCache(_MAX_QUESTIONS))

    def render(
        self, reply: Reply, reader: Identity | None = None, mark: int | None = None
    ) -> RenderedMessage:
        """Render a reply in its reader's zone, and cache the questions of buttons that need confirmation."""
        zone = self.zone
        if self.zone_of is not None and reader is not None and reply.audience is Audience.REQUESTER:
            zone = self.zone_of(reader)
        message = render(self.mentions.translate(reply), zone, mark)
        for custom_id, question in message.questions:
            self._questions.put(custom_id, question)
        return message

    def question(self, custom_id: str) -> str:
        """The confirmation question of a button; empty when it was evicted."""
        return self._questions.get(custom_id) or ""
