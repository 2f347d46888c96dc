"""Everything Roomie says unasked, a file a kind: composed when it is sent, so it tells how things are."""

from bot.messages import booked, clash, notice, refused, reminder, said
from bot.messages.kind import Kind

KINDS: tuple[Kind, ...] = (
    said.KIND,
    reminder.KIND,
    booked.KIND,
    notice.PERSONAL,
    notice.FOR_CHANNEL,
    clash.KIND,
    refused.KIND,
)
