"""Response of a site, in a module of its own: the parsing process imports it without the HTTP client."""

from msgspec import Struct


class FetchedPage(Struct, frozen=True):
    """Response of a site. `content` is empty when it `is_unchanged` since the `validator` (ETag, date)."""

    content: bytes
    charset: str = ""
    validator: str = ""
    is_unchanged: bool = False
