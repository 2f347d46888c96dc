"""A password hasher for tests without logins."""


class NoPasswords:
    """Stores passwords as they are, and verifies none."""

    async def hash(self, password: str) -> str:
        return password

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return False
