"""What all conversations on Discord share."""

from dataclasses import dataclass, field
from datetime import tzinfo

from bot.platforms.discord.drafts import Drafts
from bot.platforms.discord.memory import Recent
from bot.platforms.discord.render import Message

_QUESTIONS = 10_000


@dataclass(frozen=True, slots=True)
class Scene:
    """The campus zone, the open forms, and what to ask before a press counts."""

    zone: tzinfo
    drafts: Drafts = field(default_factory=Drafts)
    _questions: Recent[str] = field(default_factory=lambda: Recent(_QUESTIONS))

    def remember_questions(self, message: Message) -> None:
        for custom_id, question in message.questions:
            self._questions.put(custom_id, question)

    def question(self, custom_id: str) -> str:
        """The question of a button; empty when it is so old that it was forgotten."""
        return self._questions.get(custom_id) or ""
