"""Bolt listeners: acknowledge, find the installation, hand over to the handlers."""

import logging
import re
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.platforms.ports import Installation, Installations
from bot.platforms.slack.client.profiles import ProfileCache
from bot.platforms.slack.handlers.app_home import AppHome
from bot.platforms.slack.handlers.event import team_of
from bot.platforms.slack.handlers.handler import SlackHandler
from bot.platforms.slack.identities import identity_of
from bot.platforms.slack.render.renderer import FORM, SHARE_FORM
from bot.platforms.tasks import BackgroundTasks
from bot.redaction import without_text

logger = logging.getLogger(__name__)

SlackPayload = dict[str, Any]
_ANY = re.compile(r".*", re.DOTALL)


class BoltListeners:
    """Listeners for everything that the manifest subscribes to."""

    def __init__(
        self,
        installations: Installations,
        handler: SlackHandler,
        app_home: AppHome,
        profiles: ProfileCache,
        tasks: BackgroundTasks,
    ) -> None:
        self._installations, self._handler = installations, handler
        self._app_home, self._profiles, self._tasks = app_home, profiles, tasks

    def register(self, app: AsyncApp) -> None:
        app.error(_on_error)
        app.command(_ANY)(self._on_command)
        app.action(_ANY)(self._on_action)
        app.options(_ANY)(self._on_options)
        app.view(FORM)(self._on_form)
        app.view(SHARE_FORM)(self._on_share)
        app.view(_ANY)(self._on_other_view)
        app.shortcut(_ANY)(self._on_shortcut)
        app.event("app_home_opened")(self._on_home)
        app.event("app_mention")(self._on_mention)
        app.event("message")(self._on_message)
        app.event("user_change")(self._on_user_change)
        app.event("app_uninstalled")(self._on_uninstalled)
        app.event("tokens_revoked")(self._on_tokens_revoked)

    async def _installation(self, team: str) -> Installation:
        installation = await self._installations.find(team)
        if installation is None:
            raise LookupError(f"Roomie is not installed in {team}")
        return installation

    async def _on_command(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._handler.on_command(await self._installation(body["team_id"]), body, ack)

    async def _on_action(self, ack: AsyncAck, body: SlackPayload) -> None:
        await ack()
        self._tasks.start(self._handler.on_action(await self._installation(team_of(body)), body))

    async def _on_form(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._handler.forms.submit(await self._installation(team_of(body)), body, ack)

    async def _on_share(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._handler.sharing.submit(await self._installation(team_of(body)), body, ack)

    async def _on_options(self, ack: AsyncAck, body: SlackPayload) -> None:
        await self._handler.forms.suggest(await self._installation(team_of(body)), body, ack)

    async def _on_other_view(self, ack: AsyncAck) -> None:
        await ack()

    async def _on_shortcut(self, ack: AsyncAck, body: SlackPayload) -> None:
        await ack()
        self._tasks.start(self._handler.on_shortcut(await self._installation(team_of(body)), body))

    async def _on_home(self, body: SlackPayload) -> None:
        if body["event"].get("tab", "home") == "home":
            self._app_home.schedule_publish(await self._installation(body["team_id"]), body["event"]["user"])

    async def _on_mention(self, body: SlackPayload) -> None:
        if body["event"].get("bot_id"):
            return  # written by another app: a feed, a workflow
        installation = await self._installation(body["team_id"])
        text = _without_mention(body["event"]["text"], installation.bot_user)
        self._tasks.start(self._handler.on_text(installation, body, text))

    async def _on_message(self, body: SlackPayload) -> None:
        event = body["event"]
        if event.get("channel_type") == "im" and not event.get("bot_id") and not event.get("subtype"):
            installation = await self._installation(body["team_id"])
            self._tasks.start(self._handler.on_text(installation, body, event.get("text") or ""))

    async def _on_user_change(self, body: SlackPayload) -> None:
        self._profiles.forget(identity_of(body["team_id"], body["event"]["user"]["id"]))

    async def _on_uninstalled(self, body: SlackPayload) -> None:
        await self._installations.forget(body["team_id"])

    async def _on_tokens_revoked(self, body: SlackPayload) -> None:
        if body["event"].get("tokens", {}).get("bot"):
            await self._installations.forget(body["team_id"])


async def _on_error(error: Exception) -> None:
    """Log an unexpected error of a listener without its text, which Bolt's own handler would log."""
    logger.error("a delivery from Slack failed", exc_info=without_text(error))


def _without_mention(text: str, bot_user: str) -> str:
    """The text without mentions of the bot; without the first mention where the bot's id is not known."""
    without = re.sub(rf"<@{re.escape(bot_user)}(\|[^<>]*)?>", " ", text) if bot_user else ""
    return without or re.sub(r"^\s*<@\w+(\|[^<>]*)?>", " ", text)
