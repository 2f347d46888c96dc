"""`/admin …`: administration in chat, one command for each verb; replies are for the administrator alone."""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from bot.administration.grammar import read_values
from bot.administration.questions import danger, question_reply
from bot.administration.table import VERBS
from bot.administration.verb import AdminRequest, AdminVerb
from bot.chat.command import ButtonAction, Command, CommandContext
from bot.chat.reply import Code, Reply, ReplyField, ReplyItem
from core.errors import Invalid, NotPermitted
from core.model import Draft
from core.policy.administrators import NOT_ADMINISTRATOR, may_administer
from core.ports import UnitOfWork
from core.services.administration import Administrator
from core.services.administration.confirmation import Confirmation, ConfirmationNeeded

_ANSWER = "admin_answer"
_LIFETIME = timedelta(hours=1)
_MAX_QUESTIONS = 20
"""Per person."""
_EXPIRED = "This question has expired. Please ask again."
_BESIDE = (
    ("/admin close PLACE WHEN", "Close a room, a building or the campus"),
    ("/admin open", "List closures, and open again"),
)


_AT_THE_COMMAND_LINE = {
    "webhook": 'What shows a secret is done on the server: roomie webhook add URL --events "booking.*", '
    "roomie webhook rotate NUMBER.",
}
"""What a family has only there."""


def may_use(context: CommandContext) -> bool:
    account = context.account
    return account is not None and may_administer(account.person, context.services.clock.now())


def require_administrator(context: CommandContext) -> Administrator:
    """Raises `NotPermitted`, before anything of the request is read; services check again."""
    if not may_use(context):
        context.person  # noqa: B018 - strangers are asked to log in
        raise NotPermitted(NOT_ADMINISTRATOR)
    return Administrator(context.person.id)


async def handle_verb(verb: AdminVerb, context: CommandContext) -> Reply:
    by = require_administrator(context)
    if context.text.strip().casefold().lstrip("-/") in {"help", "?"}:
        return _explain(verb)
    values = dict(context.options) if context.options else read_values(verb, context.text)
    return await _run(verb, _request(context, by, values), context)


async def handle_answer(context: CommandContext) -> Reply:
    """Carries out what was asked about, if it is still as it was shown; each question is answered once."""
    by = require_administrator(context)
    draft_id, _, answer = context.value.partition("~")
    draft = await _take_draft(context, draft_id)
    verb = next(each for each in VERBS if each.name == draft["verb"])
    request = replace(
        _request(context, by, draft["values"]), confirmation=Confirmation(answer, draft["digest"])
    )
    return replace(await _run(verb, request, context), replaces=True)


def _request(context: CommandContext, by: Administrator, values: Mapping[str, str]) -> AdminRequest:
    place = context.request.requester.identity.rpartition(":")[0]
    return AdminRequest(
        context.services, by, context.zone, values, place=place, is_in_public=context.request.in_public
    )


async def _run(verb: AdminVerb, request: AdminRequest, context: CommandContext) -> Reply:
    try:
        return await verb.run(request)
    except ConfirmationNeeded as question:
        draft_id = await _store_draft(context, verb, request.values, question)
        buttons = (danger(_ANSWER, each.label, f"{draft_id}~{each.answer}") for each in question.choices)
        return question_reply(request, question, tuple(buttons))


async def _store_draft(
    context: CommandContext, verb: AdminVerb, values: Mapping[str, str], question: ConfirmationNeeded
) -> str:
    draft_id = uuid4().hex[:16]
    payload = json.dumps({"verb": verb.name, "values": dict(values), "digest": question.digest})
    draft = Draft(draft_id, context.person.id, payload, context.services.clock.now() + _LIFETIME)
    await context.services.storage.write(lambda unit: unit.drafts.add(draft, _MAX_QUESTIONS))
    return draft_id


async def _take_draft(context: CommandContext, draft_id: str) -> Mapping[str, Any]:
    """The question of a pressed button, which is gone then; `Invalid` if it is somebody else's."""
    person_id, now = context.person.id, context.services.clock.now()

    def transaction(unit: UnitOfWork) -> str:
        draft = unit.drafts.get(draft_id)
        if draft is None or draft.person_id != person_id or draft.expires_at <= now:
            raise Invalid(_EXPIRED)
        unit.drafts.remove([draft_id])
        return draft.payload

    found = json.loads(await context.services.storage.write(transaction))
    if "digest" not in found:  # a draft of another kind
        raise Invalid(_EXPIRED)
    return dict(found)


async def handle(context: CommandContext) -> Reply:
    """What there is, or the verbs of one family."""
    require_administrator(context)
    words = context.text.casefold().replace("/", " ").split()
    words = [each for each in words if each not in {"help", "show", "?"}]
    if not words:
        return _overview()
    named = [each for each in VERBS if words[0] in {each.name.split()[0], *each.shortcuts}]
    if not named:
        raise Invalid(f"I don't know “/admin {words[0][:30]}”. /admin shows what there is.")
    exact = [each for each in named if " ".join(words[:2]) in {each.name, *each.shortcuts}]
    return _explain(exact[0]) if exact else _family(named)


def _overview() -> Reply:
    families: dict[str, list[str]] = {}
    for each in VERBS:
        first, _, rest = each.name.partition(" ")
        families.setdefault(first, []).append(rest)
    return Reply(
        ("What you can administer:",),
        items=(
            *(
                ReplyItem((Code(f"/admin {first}"),), (" · ".join(filter(None, rest)),))
                for first, rest in families.items()
            ),
            *(ReplyItem((Code(usage),), (summary,)) for usage, summary in _BESIDE),
        ),
        footer=("Type one of them alone to see how it is used.",),
    )


def _family(verbs: Sequence[AdminVerb]) -> Reply:
    elsewhere = _AT_THE_COMMAND_LINE.get(verbs[0].name.split()[0], "")
    return Reply(
        ("You can:",),
        items=tuple(ReplyItem((Code(each.usage),), (each.summary,)) for each in verbs),
        footer=(elsewhere,) if elsewhere else (),
    )


def _explain(verb: AdminVerb) -> Reply:
    return Reply(
        (Code(verb.usage), " ", verb.summary, "."),
        fields=tuple(ReplyField(each.name, (each.description,)) for each in verb.all_parameters),
        items=tuple(ReplyItem((Code(each),)) for each in verb.examples),
    )


def _command(verb: AdminVerb) -> Command:
    return Command(
        name=f"admin {verb.name}",
        summary=verb.summary,
        usage=verb.usage,
        handle=partial(handle_verb, verb),
        parameters=tuple(
            sorted((each.option for each in verb.all_parameters), key=lambda each: not each.required)
        ),
        aliases=tuple(f"admin {each}" for each in verb.shortcuts),
        examples=verb.examples,
        admin_only=True,
        may_use=may_use,
        is_mutating=True,
        explains_itself=True,
        is_listed=False,
    )


COMMAND = Command(
    name="admin",
    summary="Administer rooms, people, societies and more",
    usage="/admin [room|building|user|society|announce|wait|hold|source|job|outbox|webhook|why|who|usage] …",
    handle=handle,
    actions=(ButtonAction(_ANSWER, handle_answer),),
    admin_only=True,
    may_use=may_use,
    explains_itself=True,
)
VERB_COMMANDS: tuple[Command, ...] = tuple(map(_command, VERBS))
