"""Who asks: what the workspace tells about its users, remembered for an hour."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.asked import Asker, Door
from bot.platforms.slack.api import Answer, SlackApi, SlackTrouble
from bot.platforms.slack.health import Health
from bot.platforms.slack.ports import Bot, ChosenZone, Linked, identity_of
from core.clock import Clock
from core.model import Identity

_LIFE = timedelta(hours=1)
_LIFE_OF_NOTHING = timedelta(seconds=30)
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What a workspace says about a user. `email` only where the workspace itself vouches for it."""

    name: str = ""
    zone: str = ""
    email: str = ""
    manages: bool = False


class People:
    """Profiles of users. A workspace that does not answer in time costs the reader's zone, not the answer."""

    def __init__(
        self,
        api: SlackApi,
        clock: Clock,
        health: Health,
        linked: Linked,
        *,
        chosen_zone: ChosenZone = lambda _: "",
        match_email: bool = False,
        patience: float = 0.4,
    ) -> None:
        self._api, self._clock, self._health, self._linked = api, clock, health, linked
        self._chosen_zone, self._match_email, self._patience = chosen_zone, match_email, patience
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
            profile, life = _profile(answer, bot.team), _LIFE
        finally:
            self._asking.pop(identity, None)
        self._remember(identity, profile, life)
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
    ours = user.get("team_id", team) == team and not user.get("is_bot") and not user.get("is_stranger")
    vouched = ours and user.get("is_email_confirmed", False) and not user.get("deleted")
    return Profile(
        name=told.get("display_name") or user.get("real_name") or user.get("name") or "",
        zone=user.get("tz") or "",
        email=(told.get("email") or "") if vouched else "",
        manages=ours and bool(user.get("is_admin") or user.get("is_owner")),
    )
