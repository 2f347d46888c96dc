"""Who asks: what the workspace tells about its users, remembered for an hour."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.chat.request import PlatformName, Requester
from bot.login.email_addresses import domain_of
from bot.platforms.slack.client.api import ApiResponse, SlackApi, SlackError
from bot.platforms.slack.client.health import SlackHealth
from bot.platforms.slack.ports import ChosenZone, Linked, SlackInstallation, identity_of
from core.clock import Clock
from core.model.entities import Identity

_PROFILE_TTL = timedelta(hours=1)
_MISSING_TTL = timedelta(seconds=30)
_MAX_PROFILES = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a workspace says about a user. `email` only where the workspace may vouch for it, and does."""

    name: str = ""
    zone: str = ""
    email: str = ""
    is_channel_admin: bool = False


class ProfileCache:
    """Profiles of users. A workspace that does not answer in time costs the reader's zone, not the answer.

    `vouched_domains` are those for which each workspace may vouch; None: every domain.
    """

    def __init__(
        self,
        api: SlackApi,
        clock: Clock,
        health: SlackHealth,
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

    async def requester(self, installation: SlackInstallation, user: str) -> Requester:
        profile = await self.profile(installation, user)
        return Requester(
            identity_of(installation.team, user),
            PlatformName.SLACK,
            profile.name,
            profile.zone,
            profile.email if self._match_email else "",
            profile.is_channel_admin,
            f"{PlatformName.SLACK}:{installation.team}" if self._match_email and profile.email else "",
        )

    async def profile(self, installation: SlackInstallation, user: str) -> Profile:
        """What the workspace says; the zone is their own choice where they made one here."""
        told = await self._cached_or_fetched(installation, user)
        chosen = self._chosen_zone(identity_of(installation.team, user))
        return replace(told, zone=chosen) if chosen else told

    async def _cached_or_fetched(self, installation: SlackInstallation, user: str) -> Profile:
        """What is known, or can be learned within a moment; learning goes on for the next time."""
        identity = identity_of(installation.team, user)
        found = self._known.get(identity)
        if found is not None and found[1] > self._clock.now():
            return found[0]
        asking = self._asking.get(identity)
        if asking is None:
            asking = self._asking[identity] = asyncio.ensure_future(self._fetch(installation, user, identity))
        try:
            async with asyncio.timeout(self._patience):
                return await asyncio.shield(asking)
        except TimeoutError:
            return found[0] if found else Profile()

    async def _fetch(self, installation: SlackInstallation, user: str, identity: Identity) -> Profile:
        try:
            answer = await self._api.call(
                installation, lambda client: client.users_info(user=user, include_locale=True)
            )
        except SlackError as trouble:
            self._health.report(f"people {installation.team}", str(trouble))
            profile, life = Profile(), _MISSING_TTL
        else:
            self._health.clear(f"people {installation.team}")
            profile = self._vouched(_profile(answer, installation.team), installation)
            life = _MISSING_TTL if installation.is_assumed else _PROFILE_TTL
        finally:
            self._asking.pop(identity, None)
        self._remember(identity, profile, life)
        return profile

    def _vouched(self, profile: Profile, installation: SlackInstallation) -> Profile:
        """The profile without an address that this workspace may not vouch for."""
        domain = domain_of(profile.email)
        domains = (
            None
            if self._vouched_domains is None
            else self._vouched_domains.get(installation.team, frozenset())
        )
        if installation.is_assumed or not domain or (domains is not None and domain not in domains):
            return replace(profile, email="")
        return profile

    def _remember(self, identity: Identity, profile: Profile, life: timedelta) -> None:
        if len(self._known) >= _MAX_PROFILES:
            self._known.pop(next(iter(self._known)))
        self._known[identity] = (profile, self._clock.now() + life)

    def forget(self, identity: Identity) -> None:
        """The workspace says that something about this user changed."""
        self._known.pop(identity, None)

    async def names_for(self, installation: SlackInstallation, users: list[str]) -> dict[str, str]:
        """How mentioned users are named to commands: by identity, or by a vouched e-mail when unlinked."""
        return {user: await self._name_for(installation, user) for user in users}

    async def _name_for(self, installation: SlackInstallation, user: str) -> str:
        identity = identity_of(installation.team, user)
        if self._match_email and not self._linked(identity):
            return (await self.profile(installation, user)).email or identity
        return identity

    async def stop(self) -> None:
        for task in list(self._asking.values()):
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)


def _profile(answer: ApiResponse, team: str) -> Profile:
    user = answer["user"]
    told = user.get("profile") or {}
    ours = user.get("team_id") == team and not user.get("is_bot") and not user.get("is_stranger")
    return Profile(
        name=told.get("display_name") or user.get("real_name") or user.get("name") or "",
        zone=user.get("tz") or "",
        email=(told.get("email") or "") if ours and _is_full_member(user, team) else "",
        is_channel_admin=ours and bool(user.get("is_admin") or user.get("is_owner")),
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
