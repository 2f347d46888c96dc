"""Keeps traces out of the log that discord.py writes for suggestions nobody waits for any more."""

import logging

import discord
from discord import app_commands

from bot.platforms.discord.render.views import ALREADY_ANSWERED, EXPIRED_CODES

_TREE = logging.getLogger("discord.app_commands.tree")
_HARMLESS = EXPIRED_CODES | {ALREADY_ANSWERED}


class _HarmlessErrors(logging.Filter):
    """Drops records about outdated commands, and interactions that expired or were answered before."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if isinstance(error, app_commands.CommandSignatureMismatch):
            return False
        return not (isinstance(error, discord.HTTPException) and error.code in _HARMLESS)


_FILTER = _HarmlessErrors()


def install() -> None:
    """Filter discord.py's log; again and again is the same as once."""
    _TREE.addFilter(_FILTER)
