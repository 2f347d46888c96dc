"""What can go wrong with a source, each with a sentence for the operator.

No message holds an address's path or query: the address of a private feed is its password.
"""

from core.errors import Unavailable


class SourceFailed(Unavailable):
    """The run cannot go on; whatever was read is dropped and the last good run stays."""

    code = "source_failed"


class AddressRefused(SourceFailed):
    """The address is not one we may ask: another host, a private network, a wish of robots.txt."""

    code = "address_refused"


class SourceTooLarge(SourceFailed):
    """The answer is larger than any timetable we know."""

    code = "too_large"


class PageUnavailable(SourceFailed):
    """The page was not to be had, after as many attempts as are polite."""

    code = "not_answered"


class PageFormatChanged(SourceFailed):
    """The page has another shape than the one we read: better no timetable than a wrong one."""

    code = "page_changed"


class ParsingFailed(SourceFailed):
    """Reading a page took too long, too much memory, or came upon a fault of our own."""

    code = "parsing_failed"
