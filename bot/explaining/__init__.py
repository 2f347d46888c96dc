"""Answers why: the history of a booking, a room at a time, a person, and the last refusal."""

from bot.explaining.service import Explanations
from bot.explaining.story import story_reply

__all__ = ["Explanations", "story_reply"]
