"""Fake Discord server on the loopback: REST v10 and gateway v10 with their limits, and users to act as."""

from tests.standins.discord.interactions import Interaction, State
from tests.standins.discord.people import Person
from tests.standins.discord.server import Discord
from tests.standins.discord.shown_message import ShownMessage

__all__ = ["Discord", "Interaction", "Person", "ShownMessage", "State"]
