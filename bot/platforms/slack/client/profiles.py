"""Profiles of Slack users from `users.info`, cached for an hour."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bot.chat.request import PlatformName, Requester
from bot.login.email_addresses import domain_of
from bot.platforms.health import PlatformHealth
from bot.platforms.ports import ChosenZone, HasAccount, Installation, IsLinked
from bot.platforms.slack.client.api import ApiResponse, SlackApi
from bot.platforms.slack.client.errors import SlackError
from bot.platforms.slack.identities import identity_of
from core.bounded_cache import TtlCache
from core.clock import Clock
from core.model import Identity

_PROFILE_TTL = timedelta(hours=1)
_MISSING_TTL = timedelta(seconds=30)
_MAX_PROFILES = 10_000
_FETCH_TIMEOUT = 0.4
"""Seconds. A slash command must be acknowledged within 3 s."""


class Profile(Struct, frozen=True):
    """What a workspace says about a user. `email` is set only when the workspace vouches for it."""

    name: str = ""
    zone: str = ""
    email: str = ""
    is_channel_admin: bool = False


class ProfileCache:
    """Caches users' profiles. A slow workspace costs the reader's time zone, not the reply.

    `vouched_domains` are the e-mail domains that each workspace may vouch for; None: every domain.
    """

    def __init__(
        self,
        api: SlackApi,
        clock: Clock,
        health: PlatformHealth,
        is_linked: IsLinked,
        *,
        has_account: HasAccount = lambda _: True,
        chosen_zone: ChosenZone = lambda _: "",
        match_email: bool = False,
        vouched_domains: Mapping[str, frozenset[str]] | None = None,
    ) -> None:
        self._api, self._health, self._is_linked = api, health, is_linked
        self._has_account, self._chosen_zone, self._match_email = has_account, chosen_zone, match_email
        self._vouched_domains = vouched_domains
        self._profiles: TtlCache[Identity, Profile] = TtlCache(_MAX_PROFILES, clock)
        self._fetches: dict[Identity, asyncio.Task[Profile]] = {}

    async def requester(self, installation: Installation, user: str) -> Requester:
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

    async def profile(self, installation: Installation, user: str) -> Profile:
        """The workspace's profile; a time zone chosen in Roomie's settings takes precedence."""
        profile = await self._cached_or_fetched(installation, user)
        chosen = self._chosen_zone(identity_of(installation.team, user))
        return replace(profile, zone=chosen) if chosen else profile

    async def _cached_or_fetched(self, installation: Installation, user: str) -> Profile:
        """The cached profile, or a fetched one; a fetch that times out goes on and fills the cache."""
        identity = identity_of(installation.team, user)
        if (cached := self._profiles.get(identity)) is not None:
            return cached
        fetch = self._fetches.get(identity)
        if fetch is None:
            fetch = self._fetches[identity] = asyncio.ensure_future(self._fetch(installation, user, identity))
        try:
            async with asyncio.timeout(_FETCH_TIMEOUT):
                return await asyncio.shield(fetch)
        except TimeoutError:
            return self._profiles.get_stale(identity) or Profile()

    async def _fetch(self, installation: Installation, user: str, identity: Identity) -> Profile:
        try:
            response = await self._api.call(
                installation, lambda client: client.users_info(user=user, include_locale=True)
            )
        except SlackError as error:
            self._health.report(f"people {installation.team}", str(error))
            profile, ttl = Profile(), _MISSING_TTL
        else:
            self._health.clear(f"people {installation.team}")
            profile = self._without_unvouched_email(_profile(response, installation.team), installation)
            ttl = _PROFILE_TTL if is_team_confirmed(installation) else _MISSING_TTL
        finally:
            self._fetches.pop(identity, None)
        self._profiles.put(identity, profile, ttl)
        return profile

    def _without_unvouched_email(self, profile: Profile, installation: Installation) -> Profile:
        """Drop an e-mail address that this workspace may not vouch for."""
        domain = domain_of(profile.email)
        domains = (
            None
            if self._vouched_domains is None
            else self._vouched_domains.get(installation.team, frozenset())
        )
        is_vouched = is_team_confirmed(installation) and domain and (domains is None or domain in domains)
        return profile if is_vouched else replace(profile, email="")

    def forget(self, identity: Identity) -> None:
        """Drop a user's profile after a `user_change` event."""
        self._profiles.remove(identity)

    async def names_for(self, installation: Installation, users: list[str]) -> dict[str, str]:
        """What commands call mentioned users: the identity, or the vouched e-mail address of an account."""
        return {user: await self._name_for(installation, user) for user in users}

    async def _name_for(self, installation: Installation, user: str) -> str:
        identity = identity_of(installation.team, user)
        if self._match_email and not self._is_linked(identity):
            email = (await self.profile(installation, user)).email
            return email if email and self._has_account(email) else identity
        return identity

    async def display_names(self, installation: Installation, users: list[str]) -> dict[Identity, str]:
        """The names of those mentioned users who have no account linked."""
        identities = {user: identity_of(installation.team, user) for user in users}
        return {
            identity: (await self.profile(installation, user)).name
            for user, identity in identities.items()
            if not self._is_linked(identity)
        }

    async def stop(self) -> None:
        """Cancel the fetches that still run."""
        for task in list(self._fetches.values()):
            task.cancel()
        await asyncio.gather(*self._fetches.values(), return_exceptions=True)


def is_team_confirmed(installation: Installation) -> bool:
    """Whether Slack itself named the token's workspace: it names the bot user in the same response.

    Until then the team is only what the request says.
    """
    return bool(installation.bot_user)


def _profile(response: ApiResponse, team: str) -> Profile:
    user = response["user"]
    details = user.get("profile") or {}
    is_own = user.get("team_id") == team and not user.get("is_bot") and not user.get("is_stranger")
    return Profile(
        name=details.get("display_name") or user.get("real_name") or user.get("name") or "",
        zone=user.get("tz") or "",
        email=(details.get("email") or "") if is_own and _is_full_member(user, team) else "",
        is_channel_admin=is_own and bool(user.get("is_admin") or user.get("is_owner")),
    )


_LIMITED_MEMBER_FLAGS = (
    "deleted",
    "enterprise_user",
    "is_connector_bot",
    "is_invited_user",
    "is_restricted",
    "is_ultra_restricted",
    "is_workflow_bot",
)
"""Flags in `users.info` of guests, bots, deactivated users and members of an Enterprise Grid organisation.

An organisation's users belong to it and not to one workspace, so no workspace vouches for them.
"""


def _is_full_member(user: Mapping[str, Any], team: str) -> bool:
    """Whether the user is a full member of this very workspace, with a confirmed e-mail address."""
    home = (user.get("profile") or {}).get("team", team)
    is_full = home == team and not any(user.get(flag) for flag in _LIMITED_MEMBER_FLAGS)
    return is_full and user.get("is_email_confirmed") is True
