"""Old import path of `bot.config`, for code that has not moved yet."""

from bot.config import *  # noqa: F403 - the package's public names
