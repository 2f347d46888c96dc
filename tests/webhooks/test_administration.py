"""Who may manage webhooks, what may be added, and how secrets are stored."""

from datetime import timedelta

import pytest

from bot.webhooks.secrets import add_webhook, reencrypt_webhooks, rotate_secret, signing_secrets
from core.errors import Conflict, Invalid, NotFound, NotPermitted
from core.model import Block, WebhookId
from core.services.webhooks import COMMAND_LINE, MAX_WEBHOOKS
from core.services.webhooks.addresses import check_receiver
from tests.contracts.raw import ask
from tests.outbox.environment import PRES, REMA, STAN, WIL
from tests.webhooks.conftest import Hooks

HOOK = "https://example.org/hook"


@pytest.mark.parametrize("who", [WIL, REMA, PRES])
async def test_only_administrators_manage_webhooks(hooks: Hooks, who):
    services, by = hooks.campus.services, hooks.campus.people[who]
    await add_webhook(services, HOOK, ["*"], hooks.campus.people[STAN])
    one, webhooks = WebhookId(1), services.webhooks

    for attempt in (
        lambda: add_webhook(services, "https://example.com", ["*"], by),
        lambda: rotate_secret(services, one, by),
        lambda: webhooks.all(by),
        lambda: webhooks.get(one, by),
        lambda: webhooks.remove(one, by),
        lambda: webhooks.pause(one, by),
        lambda: webhooks.resume(one, by),
        lambda: webhooks.deliveries(None, by),
        lambda: webhooks.retry(one, 1, by),
    ):
        with pytest.raises(NotPermitted):
            await attempt()
    assert len(await webhooks.all(COMMAND_LINE)) == 1


async def test_a_blocked_administrator_manages_none(hooks: Hooks):
    services, by = hooks.campus.services, hooks.campus.people[STAN]
    block = Block(hooks.campus.clock.now() + timedelta(days=1))
    await services.storage.write(lambda unit: unit.people.block(by, block))

    with pytest.raises(NotPermitted):
        await services.webhooks.all(by)
    with pytest.raises(NotPermitted):
        await add_webhook(services, HOOK, ["*"], by)


async def test_every_change_is_audited(hooks: Hooks, database_url: str):
    services, by = hooks.campus.services, hooks.campus.people[STAN]
    one = (await add_webhook(services, HOOK, ["*"], by)).webhook.id
    await services.webhooks.pause(one, by)
    await services.webhooks.resume(one, by)
    await rotate_secret(services, one, by)
    await services.webhooks.remove(one, by)

    actors = await ask(database_url, "SELECT count(*) FROM audit WHERE subject = 'webhook:1'")

    assert (one, actors) == (1, 5)


async def test_the_secret_is_not_in_the_database(hooks: Hooks, database_url: str):
    added = await add_webhook(hooks.campus.services, HOOK, ["*"], COMMAND_LINE)

    stored = await ask(database_url, "SELECT secret FROM webhook")

    assert added.secret.startswith("whsec_")
    assert added.secret not in stored
    assert added.secret not in repr(added.webhook)
    now = hooks.campus.clock.now()
    assert signing_secrets(hooks.campus.services, added.webhook, now) == (added.secret,)


async def test_secrets_survive_a_new_server_secret(hooks: Hooks):
    services = hooks.campus.services
    added = await add_webhook(services, HOOK, ["*"], COMMAND_LINE)
    object.__setattr__(services.accounts, "secrets", (b"new", *services.accounts.secrets))

    assert await reencrypt_webhooks(services) == (1, [])
    object.__setattr__(services.accounts, "secrets", (b"new",))

    webhook = await hooks.webhook()
    assert signing_secrets(services, webhook, hooks.campus.clock.now()) == (added.secret,)
    object.__setattr__(services.accounts, "secrets", (b"another",))
    assert await reencrypt_webhooks(services) == (0, [webhook.id])


async def test_an_address_is_added_once_and_there_is_a_limit(hooks: Hooks):
    services = hooks.campus.services
    for number in range(MAX_WEBHOOKS):
        await add_webhook(services, f"{HOOK}/{number}", ["*"], COMMAND_LINE)

    with pytest.raises(Conflict, match="Remove one first"):
        await add_webhook(services, HOOK, ["*"], COMMAND_LINE)
    await services.webhooks.remove(WebhookId(1), COMMAND_LINE)
    with pytest.raises(Conflict, match="this address already"):
        await add_webhook(services, f"{HOOK}/7", ["*"], COMMAND_LINE)


async def test_events_must_exist(hooks: Hooks):
    with pytest.raises(Invalid, match=r"booking\.created"):
        await add_webhook(hooks.campus.services, HOOK, ["bookings.*"], COMMAND_LINE)
    with pytest.raises(Invalid, match="Say which events"):
        await add_webhook(hooks.campus.services, HOOK, [" "], COMMAND_LINE)


async def test_the_last_webhook_ends_the_storing_of_events(hooks: Hooks, database_url: str):
    services = hooks.campus.services
    one = (await add_webhook(services, HOOK, ["*"], COMMAND_LINE)).webhook.id
    await services.webhooks.remove(one, COMMAND_LINE)

    await hooks.campus.book()

    assert await ask(database_url, "SELECT count(*) FROM webhook_event") == 0
    with pytest.raises(NotFound):
        await services.webhooks.pause(one, COMMAND_LINE)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "https://localhost/",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://10.1.2.3/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://printer.local/",
        "https://me:secret@example.org/",
        "https://example.org/#part",
        "https://",
        "https://exa mple.org",
        "https://example.org:0/",
        "https://example.org:99999/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://example.org",
        "https://ex\u00e4mple.org/",
        "https://example.org/" + "x" * 2000,
        "nonsense",
        "",
    ],
)
def test_unsafe_addresses_are_refused(url: str):
    with pytest.raises(Invalid):
        check_receiver(url, ())


@pytest.mark.parametrize("url", [HOOK, "https://example.org:8443/a?b=c", "https://8.8.8.8/"])
def test_public_addresses_are_accepted(url: str):
    assert check_receiver(url, ()) == url


def test_configured_private_hosts_are_accepted():
    assert check_receiver("http://10.0.0.7:8080/x", {"10.0.0.7"})
    with pytest.raises(Invalid, match=r"webhooks\.private_hosts"):
        check_receiver("https://10.0.0.8/x", {"10.0.0.7"})
