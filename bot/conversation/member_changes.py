"""Adds or removes the people that a `/society` command names, one after the other."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from bot.chat.command import CommandContext
from bot.chat.reply import Bold, Inline, Reply, Text, Tone
from bot.conversation.refusals import refusal_text
from bot.conversation.society_arguments import members_in
from core.errors import NotFound, RoomieError
from core.model import PersonId, SocietyId
from core.services.society import MemberChange

Change: TypeAlias = Callable[[PersonId, str, SocietyId | None], Awaitable[MemberChange]]


async def change_members(context: CommandContext, change: Change, done: str, before: Sequence[str]) -> Reply:
    """The reply names who was changed (`done`) and who was so before (`before`: of one, of several people).

    A refusal of one of several people does not stop the others.
    """
    members = members_in(context)
    by = context.person.id
    if len(members.people) == 1:
        return _reply([await change(by, members.people[0], members.society_id)], done, before, ())
    results: list[MemberChange] = []
    refusals: list[RoomieError] = []
    for who in members.people:
        try:
            results.append(await change(by, who, members.society_id))
        except NotFound as refusal:
            refusals.append(refusal)
    if not results:
        raise refusals[0]
    return _reply(
        results,
        done,
        before,
        tuple(part for each in refusals for part in (" ", *refusal_text(each, context.services))),
    )


def _reply(results: Sequence[MemberChange], done: str, before: Sequence[str], refusals: Text) -> Reply:
    changed = [each for each in results if each.changed]
    same = [each for each in results if not each.changed]
    society = results[0].society.name
    text: list[Inline] = [*_names(changed), f" {done} {society}."] if changed else []
    if same:
        text += [" "] if text else []
        text += [*_names(same), f" {before[0] if len(same) == 1 else before[1]} {society}."]
    return Reply((*text, *refusals), tone=Tone.DONE if changed else Tone.INFO)


def _names(changes: Sequence[MemberChange]) -> Text:
    """`rema boo, Emily and Wil`."""
    text: list[Inline] = []
    for place, each in enumerate(changes):
        separator = " and " if place == len(changes) - 1 else ", "
        text += [*([separator] if place else []), Bold(each.person.name)]
    return tuple(text)
