"""Implements the platforms' ports on Roomie's storage, which outlives a process and is shared by all."""

import logging
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.reply import Reply
from bot.login.encrypted_replies import seal_reply
from bot.login.encryption import DecryptionFailed, seal_text, unseal_text
from bot.services import Services
from core.model import Identity, Installation, OutboxMessage
from core.policy.retention import MAX_INSTALLATION_STATES
from core.ports import UnitOfWork

logger = logging.getLogger(__name__)


class DeduplicationStore:
    """Deduplicates a platform's deliveries: only the first claim on a key acts."""

    def __init__(self, services: Services, platform: str) -> None:
        self._services, self._platform = services, platform

    async def claim(self, key: str, *, again_after: timedelta | None = None) -> bool:
        now, name = self._services.clock.now(), f"{self._platform} {key}"
        return await self._services.storage.write(
            lambda unit: unit.processed_events.claim(name, now, again_after)
        )

    async def finish(self, key: str) -> None:
        await self._services.storage.write(
            lambda unit: unit.processed_events.finish(f"{self._platform} {key}")
        )


class StoredKeyValues:
    """Key-value store of a platform, in the table of settings."""

    def __init__(self, services: Services, platform: str) -> None:
        self._services, self._platform = services, platform

    async def get(self, key: str) -> str | None:
        return await self._services.storage.read(lambda unit: unit.setting(f"{self._platform} {key}"))

    async def put(self, key: str, text: str) -> None:
        await self._services.storage.write(lambda unit: unit.set_setting(f"{self._platform} {key}", text))


class StoredOAuthStates:
    """OAuth states of installations under way; each can be consumed once."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def save(self, state: str, until: datetime) -> None:
        now = self._services.clock.now()
        await self._services.storage.write(
            lambda unit: unit.installations.save_state(state, now, until, MAX_INSTALLATION_STATES)
        )

    async def consume(self, state: str, now: datetime) -> bool:
        return await self._services.storage.write(lambda unit: unit.installations.consume_state(state, now))


class StoredInstallations:
    """Slack installations. Tokens are stored encrypted with the server's secret, bound to their team."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def find(self, team: str) -> Installation | None:
        found = await self._services.storage.read(lambda unit: unit.installations.get(team))
        if found is None:
            return None
        try:
            token = unseal_text(found.token, self._services.accounts.secrets, _purpose(found.team)).text
        except DecryptionFailed:
            logger.warning(
                "Slack's token for the workspace %s was sealed with another secret; %s", team, _REMEDY
            )
            return None
        return replace(found, token=token)

    async def save(self, installation: Installation) -> None:
        token = seal_text(installation.token, self._services.accounts.secrets, _purpose(installation.team))
        sealed = replace(installation, token=token)
        now = self._services.clock.now()
        await self._services.storage.write(lambda unit: unit.installations.put(sealed, now))

    async def forget(self, team: str) -> None:
        await self._services.storage.write(lambda unit: unit.installations.remove(team))


class ReencryptionResult(Struct, frozen=True):
    """How many tokens were encrypted with the current secret, and whose token no secret decrypts."""

    sealed: int = 0
    lost: tuple[str, ...] = ()


async def reencrypt_tokens(services: Services) -> ReencryptionResult:
    """Re-encrypt the tokens that an earlier secret, or none, protects with the current secret."""
    secrets, lost = services.accounts.secrets, []
    changes: list[tuple[str, str, str]] = []
    for each in await services.storage.read(lambda unit: unit.installations.all()):
        try:
            token, is_current = unseal_text(each.token, secrets, _purpose(each.team))
        except DecryptionFailed:
            lost.append(each.team)
            continue
        if not is_current:
            changes.append((each.team, each.token, seal_text(token, secrets, _purpose(each.team))))

    def work(unit: UnitOfWork) -> int:
        return sum(unit.installations.replace_token(*each) for each in changes)

    return ReencryptionResult(await services.storage.write_relaxed(work) if changes else 0, tuple(lost))


def _purpose(team: str) -> str:
    return f"slack token of {team}"


_REMEDY = "name that one in ROOMIE_SECURITY__PREVIOUS_SECRETS, or install Roomie there again"


class OutboxDeferral:
    """Queues replies in the outbox that could not be sent in place."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def defer(self, to: Identity, reply: Reply, key: str) -> None:
        name = f"later {to} {key}"
        message = OutboxMessage(
            key=name,
            kind="reply",
            due_at=self._services.clock.now(),
            payload=seal_reply(reply, name, self._services.accounts.secrets),
            identity=to,
        )
        await self._services.storage.write(lambda unit: unit.outbox.add([message]))
