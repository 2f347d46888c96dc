"""Requests that arrive twice: a form that is sent again when its answer is reloaded, a double click."""

from hashlib import sha256

from bot.chat.command import CommandContext


async def is_repeated(context: CommandContext) -> bool:
    """Whether the same request came before; from then on it has. One without a delivery id never did.

    For changes that are not idempotent, such as `30 minutes more`.
    """
    if context.key is None:
        return False
    name, now = f"once {sha256(context.key.encode()).hexdigest()}", context.services.clock.now()
    return not await context.services.storage.write(lambda unit: unit.processed_events.claim(name, now))
