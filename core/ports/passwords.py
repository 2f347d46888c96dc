"""Password hashing."""

from typing import Protocol


class PasswordHasher(Protocol):
    """Slow password hashing, off the event loop."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Whether the password matches; takes as long when there is no hash."""
        ...
