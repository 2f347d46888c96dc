"""Request targets that are no path, which aiohttp's router and request cannot take."""

from typing import Any

from yarl import URL

NOWHERE_PATH, INVALID_TARGET_PATH = "/", "/-/invalid-target"
"""Paths of the routes that answer 404, and 400 to a request target whose host cannot be decoded."""
_INVALID_TARGET_URL, _NOWHERE_URL = URL(INVALID_TARGET_PATH, encoded=True), URL(NOWHERE_PATH, encoded=True)


def with_routable_target(message: Any) -> Any:  # noqa: ANN401 - aiohttp's message
    """A message whose target is no path, with a URL that the router and aiohttp's request can take.

    Absolute targets stay if their host can be decoded (`http://xn--a/` cannot); `*` and CONNECT's `host:port`
    lead to the route that answers 404.
    """
    url = message.url
    if not (url.absolute and url.scheme):
        return message._replace(url=_NOWHERE_URL)
    try:
        is_path = bool(url.host) and url.relative().path.startswith("/")
    except ValueError:  # UnicodeError is one
        return message._replace(url=_INVALID_TARGET_URL)
    return message if is_path else message._replace(url=_NOWHERE_URL)
