"""Roomie's installations in workspaces of chat platforms."""

from msgspec import Struct


class Installation(Struct, frozen=True):
    """An installation in one workspace, with its encrypted bot token."""

    team: str
    token: str
    bot_user: str = ""
    bot_id: str = ""
    name: str = ""
    scopes: tuple[str, ...] = ()
    installed_by: str = ""
