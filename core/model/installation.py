"""Roomie's installations in workspaces of chat platforms."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Installation:
    """An installation in one workspace, with its encrypted bot token."""

    team: str
    token: str
    bot_user: str = ""
    bot_id: str = ""
    name: str = ""
    scopes: tuple[str, ...] = ()
    installed_by: str = ""
