"""Reading somebody else's message: only a time, a size and a place, never a command."""

from dataclasses import replace

from bot.chat.command import Call
from bot.conversation.search import read_words
from bot.language import Reading, Reason

_MAX_CHARACTERS = 2_000


def read_quoted(call: Call, text: str) -> Reading:
    """What a message says of when, how many and where.

    Its society, title and people are left out: for whom a booking is, the asker says. A time that cannot be
    read is none, for messages are full of other words.
    """
    reading = read_words(replace(call, words=text[:_MAX_CHARACTERS]))
    problem = reading.problem
    return Reading(
        text="",
        when=reading.when,
        capacity=reading.capacity,
        building=reading.building,
        room=reading.room,
        location=reading.location,
        near=reading.near,
        assumed=reading.assumed,
        alternatives=reading.alternatives,
        problem=None if problem is None or problem.reason is Reason.UNREADABLE else problem,
        question=reading.question,
    )
