"""Slack ids inside Roomie's identities: `slack:T1:U1` for a user, `slack:T1:C1` for a channel."""

from core.model import Identity


def identity_of(team: str, user: str) -> Identity:
    return Identity(f"slack:{team}:{user}")


def team_and_user(identity: Identity) -> tuple[str, str]:
    _, team, user = identity.split(":")
    return team, user


def is_channel(conversation: str) -> bool:
    """Whether an id names a conversation rather than a user."""
    return conversation.startswith(("C", "D", "G"))
