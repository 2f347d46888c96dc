"""Who asks: what the workspace tells about its users, remembered for an hour."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.request import Asker, Door
from bot.login.email_addresses import domain_of
from bot.platforms.slack.client.api import Answer, SlackApi, SlackTrouble
from bot.platforms.slack.client.health import Health
from bot.platforms.slack.ports import Bot, ChosenZone, Linked, identity_of
from core.clock import Clock
from core.model.entities import Identity

_LIFE = timedelta(hours=1)
_LIFE_OF_NOTHING = timedelta(seconds=30)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a workspace says about a user. `email` only where the workspace may vouch for it, and does."""

    name: str = ""
    zone: str = ""
    email: str = ""
    manages: bool = False


class People:
    """Profiles of users. A workspace that does not answer in time costs the reader's zone, not the answer.

    `vouched_domains` are those for which each workspace may vouch; None: every domain.
    """

    def __init__(
        self,
        api: SlackApi,
        clock: Clock,
        health: Health,
        linked: Linked,
        *,
        chosen_zone: ChosenZone = lambda _: "",
        match_email: bool = False,
        vouched_domains: Mapping[str, frozenset[str]] | None = None,
        patience: float = 0.4,
    ) -> None:
        self._api, self._clock, self._health, self._linked = api, clock, health, linked
        self._chosen_zone, self._match_email, self._patience = chosen_zone, match_email, patience
        self._vouched_domains = vouched_domains
        self._known: dict[Identity, tuple[Profile, datetime]] = {}
        self._asking: dict[Identity, asyncio.Task[Profile]] = {}

    async def asker(self, bot: Bot, user: str) -> Asker:
        profile = await self.profile(bot, user)
        return Asker(
            identity_of(bot.team, user),
            Door.SLACK,
            profile.name,
            profile.zone,
            profile.email if self._match_email else "",
            profile.manages,
            f"{Door.SLACK}:{bot.team}" if self._match_email and profile.email else "",
        )

    async def profile(self, bot: Bot, user: str) -> Profile:
        """What the workspace says; the zone is their own choice where they made one here."""
        told = await self._told(bot, user)
        chosen = self._chosen_zone(identity_of(bot.team, user))
        return replace(told, zone=chosen) if chosen else told

    async def _told(self, bot: Bot, user: str) -> Profile:
        """What is known, or can be learned within a moment; learning goes on for the next time."""
        identity = identity_of(bot.team, user)
        found = self._known.get(identity)
        if found is not None and found[1] > self._clock.now():
            return found[0]
        asking = self._asking.get(identity)
        if asking is None:
            asking = self._asking[identity] = asyncio.ensure_future(self._learn(bot, user, identity))
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(asking)
        except TimeoutError:
            return found[0] if found else Profile()

    async def _learn(self, bot: Bot, user: str, identity: Identity) -> Profile:
        try:
            answer = await self._api.call(
                bot, lambda client: client.users_info(user=user, include_locale=True)
            )
        except SlackTrouble as trouble:
            self._health.trouble(f"people {bot.team}", str(trouble))
            profile, life = Profile(), _LIFE_OF_NOTHING
        else:
            self._health.fine(f"people {bot.team}")
            profile = self._vouched(_profile(answer, bot.team), bot)
            life = _LIFE_OF_NOTHING if bot.is_assumed else _LIFE
        finally:
            self._asking.pop(identity, None)
        self._remember(identity, profile, life)
        return profile

    def _vouched(self, profile: Profile, bot: Bot) -> Profile:
        """The profile without an address that this workspace may not vouch for."""
        domain = domain_of(profile.email)
        domains = None if self._vouched_domains is None else self._vouched_domains.get(bot.team, frozenset())
        if bot.is_assumed or not domain or (domains is not None and domain not in domains):
            return replace(profile, email="")
        return profile

    def _remember(self, identity: Identity, profile: Profile, life: timedelta) -> None:
        if len(self._known) >= _MOST:
            self._known.pop(next(iter(self._known)))
        self._known[identity] = (profile, self._clock.now() + life)

    def forget(self, identity: Identity) -> None:
        """The workspace says that something about this user changed."""
        self._known.pop(identity, None)

    async def names_for(self, bot: Bot, users: list[str]) -> dict[str, str]:
        """How mentioned users are named to commands: by identity, or by a vouched e-mail when unlinked."""
        return {user: await self._name_for(bot, user) for user in users}

    async def _name_for(self, bot: Bot, user: str) -> str:
        identity = identity_of(bot.team, user)
        if self._match_email and not self._linked(identity):
            return (await self.profile(bot, user)).email or identity
        return identity

    async def stop(self) -> None:
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)


def _profile(answer: Answer, team: str) -> Profile:
    user = answer["user"]
    told = user.get("profile") or {}
    ours = user.get("team_id") == team and not user.get("is_bot") and not user.get("is_stranger")
    return Profile(
        name=told.get("display_name") or user.get("real_name") or user.get("name") or "",
        zone=user.get("tz") or "",
        email=(told.get("email") or "") if ours and _is_full_member(user, team) else "",
        manages=ours and bool(user.get("is_admin") or user.get("is_owner")),
    )


_NO_FULL_MEMBER = (
    "deleted",
    "enterprise_user",
    "is_connector_bot",
    "is_invited_user",
    "is_restricted",
    "is_ultra_restricted",
    "is_workflow_bot",
)
"""What users.info says of guests, machines, those who left, and members of an Enterprise Grid organisation.

An organisation's users belong to it and not to one workspace, so no workspace vouches for them.
"""


def _is_full_member(user: Mapping[str, Any], team: str) -> bool:
    """Whether the workspace vouches for the user's address: a confirmed one, of a full member of its own."""
    home = (user.get("profile") or {}).get("team", team)
    is_full = home == team and not any(user.get(mark) for mark in _NO_FULL_MEMBER)
    return is_full and user.get("is_email_confirmed") is True
