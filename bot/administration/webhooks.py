"""Verbs for webhooks. Those whose answer has a secret, `add` and `rotate`, are for the command line alone."""

from urllib.parse import urlsplit

from bot.administration.texts import counted, done
from bot.administration.values import read_id
from bot.administration.verb import AdminRequest, AdminVerb, word
from bot.chat.reply import Bold, Reply, ReplyItem, Text, Timestamp, Tone
from bot.login.encryption import DecryptionFailed
from bot.webhooks.client import ReceiverClient
from bot.webhooks.testing import send_test
from core.errors import Invalid
from core.model import WebhookId, WebhookState
from core.services.webhooks import WebhookStatus

_ADD = 'roomie webhook add URL --events "booking.*", on the server: its secret is not for chat.'
_STATES = {
    WebhookState.ACTIVE: "active",
    WebhookState.PAUSED: "paused",
    WebhookState.FAILED: "paused by Roomie",
}


async def list_webhooks(request: AdminRequest) -> Reply:
    found = await request.services.webhooks.all(request.by.person_id)
    if not found:
        return Reply(("No webhooks yet.",), footer=(f"Add one with {_ADD}",))
    return Reply(
        (f"{counted(len(found), 'webhook')}:",),
        items=tuple(map(_item, found)),
        footer=(f"Add one with {_ADD}",),
    )


def _item(status: WebhookStatus) -> ReplyItem:
    """Of the address only the host: the rest may be as good as a password."""
    hook, backlog = status.webhook, status.backlog
    title: Text = (f"{hook.id} · ", Bold(urlsplit(hook.url).hostname or ""), f" · {', '.join(hook.events)}")
    state: Text = (_STATES[hook.state],)
    if hook.state is WebhookState.ACTIVE and hook.failing_since is not None:
        state = ("failing since ", Timestamp(hook.failing_since))
    arrived: Text = (
        ("last arrived ", Timestamp(hook.succeeded_at)) if hook.succeeded_at else ("none arrived",)
    )
    counts = f"{backlog.waiting} waiting, {backlog.given_up} given up"
    return ReplyItem(title, (*state, " · ", *arrived, f" · {counts}"))


async def pause(request: AdminRequest) -> Reply:
    hook = await request.services.webhooks.pause(_number(request), request.by.person_id)
    hint = (f"/admin webhook resume {hook.id} sends them.",)
    return done(f"Webhook {hook.id} is paused. Its events wait.", footer=hint)


async def resume(request: AdminRequest) -> Reply:
    hook = await request.services.webhooks.resume(_number(request), request.by.person_id)
    return done(f"Webhook {hook.id} is active again.")


async def remove(request: AdminRequest) -> Reply:
    hook = await request.services.webhooks.remove(_number(request), request.by.person_id)
    return done(f"Removed webhook {hook.id}, and what waited for it.", footer=(f"Add one with {_ADD}",))


async def test(request: AdminRequest) -> Reply:
    services, number = request.services, _number(request)
    async with ReceiverClient(services.private_receivers) as client:
        try:
            hook, attempt = await send_test(services, number, request.by.person_id, client)
        except DecryptionFailed:
            raise Invalid(
                f"The secret of webhook {number} can't be read any more. "
                f"Give it a new one on the server: roomie webhook rotate {number}"
            ) from None
    if attempt.has_arrived:
        return done(f"Webhook {hook.id} works: its receiver answered {attempt.status}.")
    return Reply((f"Webhook {hook.id} does not work: {attempt.error}.",), tone=Tone.REFUSED)


def _number(request: AdminRequest) -> WebhookId:
    return WebhookId(read_id(request.get("number"), "webhook"))


_NUMBER = word("number", "Its number in the list")

WEBHOOK_VERBS = (
    AdminVerb("webhook list", "List webhooks and how they are", list_webhooks),
    AdminVerb("webhook test", "Send a signed test event now", test, (_NUMBER,), ("/admin webhook test 1",)),
    AdminVerb("webhook pause", "Let events wait", pause, (_NUMBER,), ("/admin webhook pause 1",)),
    AdminVerb(
        "webhook resume", "Send again what has waited", resume, (_NUMBER,), ("/admin webhook resume 1",)
    ),
    AdminVerb("webhook remove", "Remove a webhook", remove, (_NUMBER,), ("/admin webhook remove 1",)),
)
