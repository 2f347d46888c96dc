"""A wire-level stand-in of Discord: REST v10 and gateway v10 with their limits, and people to act as."""

from tests.standins.discord.interactions import Interaction, State
from tests.standins.discord.people import Person
from tests.standins.discord.seen import Seen
from tests.standins.discord.server import Discord

__all__ = ["Discord", "Interaction", "Person", "Seen", "State"]
