"""A story: what happened, in the order of time, as a reply on every platform."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from bot.chat.reply import Reply, ReplyField, ReplyItem, Subject, Text, Timestamp
from core.model import PersonId, Room, RoomId

MAX_EVENTS = 25
"""Shown of one story, the newest; platforms count what does not fit."""


class Event(Struct, frozen=True):
    """Something that happened; `at` is None for what holds without a date."""

    at: datetime | None
    text: Text


class Names(Struct, frozen=True):
    """Words for ids. `name_of` is empty for people who are gone; `you` is who reads the story."""

    name_of: Callable[[PersonId], str]
    rooms: Mapping[RoomId, Room] = field(default_factory=dict)
    you: PersonId | None = None

    def person(self, person_id: PersonId | None) -> str:
        """`you`, a name, or `somebody` whose account is gone."""
        if person_id is None:
            return "somebody"
        return "you" if person_id == self.you else self.name_of(person_id) or "somebody"

    def actor(self, actor: str) -> str:
        """An actor of the audit trail (`person:3`, `society:CHESS`, `administrator`) as a subject."""
        kind, _, key = actor.partition(":")
        if kind == "person" and key.isdecimal():
            return self.person(PersonId(int(key)))
        if kind == "society":
            return f"somebody with the token of {key}"
        return {"roomie": "Roomie", "administrator": "an administrator"}.get(kind, "somebody")

    def room(self, room_id: str) -> str:
        room = self.rooms.get(RoomId(room_id))
        return room.name if room is not None else room_id


class Story(Struct, frozen=True):
    """What is explained, the answer in a sentence or two, and the events behind it, oldest first."""

    title: str
    lead: Text
    events: Sequence[Event] = ()
    facts: Sequence[tuple[str, Text]] = ()
    subject: Subject | None = None
    footer: Text = ()


def story_reply(story: Story) -> Reply:
    """The reply; of a long story the newest events, with how many came before."""
    shown = story.events[-MAX_EVENTS:]
    left_out = len(story.events) - len(shown)
    before = (f"{left_out} earlier events are not shown. ",) if left_out else ()
    return Reply(
        story.lead,
        title=story.title,
        fields=tuple(ReplyField(name, value) for name, value in story.facts),
        items=tuple(map(_item, shown)),
        footer=(*before, *story.footer),
        subject=story.subject,
    )


def _item(event: Event) -> ReplyItem:
    return ReplyItem(event.text) if event.at is None else ReplyItem((Timestamp(event.at),), event.text)
