"""A message as a user sees it: texts, buttons, menus."""

from typing import Any

from msgspec import Struct

from tests.standins.discord.message_validation import (
    BUTTON,
    EPHEMERAL,
    LINK,
    MEDIA_GALLERY,
    SELECTS,
    TEXT_DISPLAY,
    walk,
)


class ShownMessage(Struct, frozen=True):
    """View of a message; reflects later edits."""

    payload: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.payload["id"])

    @property
    def ephemeral(self) -> bool:
        return bool(self.payload["flags"] & EPHEMERAL)

    @property
    def text(self) -> str:
        """All text, one line per part, without buttons."""
        displays = [each["content"] for each in self._components if each["type"] == TEXT_DISPLAY]
        embeds = [part for embed in self.payload["embeds"] for part in _embed_lines(embed)]
        return "\n".join(part for part in (self.payload["content"], *embeds, *displays) if part)

    @property
    def buttons(self) -> list[str]:
        return [each.get("label", "") for each in self._components if each["type"] == BUTTON]

    @property
    def attachments(self) -> list[dict[str, Any]]:
        return list(self.payload["attachments"])

    @property
    def pictures(self) -> list[dict[str, Any]]:
        """The images in galleries, each with its address and description."""
        galleries = [each for each in self._components if each["type"] == MEDIA_GALLERY]
        return [item for each in galleries for item in each["items"]]

    @property
    def menus(self) -> list[dict[str, Any]]:
        return [each for each in self._components if each["type"] in SELECTS]

    @property
    def _components(self) -> list[dict[str, Any]]:
        return [dict(each) for each in walk(self.payload["components"])]

    def button(self, label: str, nth: int = 0) -> dict[str, Any]:
        """The nth enabled button with this label or custom id."""
        enabled = [each for each in self._components if each["type"] == BUTTON and each.get("style") != LINK]
        enabled = [each for each in enabled if not each.get("disabled")]
        matching = [each for each in enabled if label in {each.get("label"), each.get("custom_id")}]
        if len(matching) <= nth:
            raise LookupError(f"no button {label!r} to press (number {nth}); there are {self.buttons}")
        return matching[nth]

    def option(self, label: str) -> tuple[dict[str, Any], str]:
        """The menu that has an option with this label or value, and the option's value."""
        for menu in self.menus:
            for option in menu.get("options") or ():
                if label in {option["label"], option["value"]} and not menu.get("disabled"):
                    return menu, option["value"]
        raise LookupError(f"no option {label!r} to pick")


def _embed_lines(embed: dict[str, Any]) -> list[str]:
    fields = [f"{each['name']}: {each['value']}" for each in embed.get("fields") or ()]
    footer = (embed.get("footer") or {}).get("text", "")
    return [embed.get("title") or "", embed.get("description") or "", *fields, footer]
