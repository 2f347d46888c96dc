"""Errors of a source, each with a sentence for the operator.

No message has the path or query of a URL: the URL of a private feed is its password.
"""

from core.errors import Unavailable


class SourceFailed(Unavailable):
    """The run is aborted and its result discarded; the last good run stays current."""

    code = "source_failed"


class AddressRefused(SourceFailed):
    """The URL must not be requested: another host, a private network, robots.txt."""

    code = "address_refused"


class SourceTooLarge(SourceFailed):
    """The response is larger than its type of page may be."""

    code = "too_large"


class PageUnavailable(SourceFailed):
    """The page could not be fetched, after all retries."""

    code = "not_answered"


class PageFormatChanged(SourceFailed):
    """The page has another format than the parser expects: better no timetable than a wrong one."""

    code = "page_changed"


class ParsingFailed(SourceFailed):
    """Parsing a page took too long or too much memory, or hit a bug of the parser."""

    code = "parsing_failed"
