"""Replays requests of the past under other rules, in memory."""

from bot.simulation.comparison import Comparison, compare
from bot.simulation.history import read_past

__all__ = ["Comparison", "compare", "read_past"]
