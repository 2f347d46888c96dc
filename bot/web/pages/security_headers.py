"""Security headers of all pages."""

from collections.abc import Mapping

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Nothing inline, nothing from other servers, no frames."""
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Server": "Roomie",
}
_UNLISTED = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}


def security_headers(*, is_secure: bool, is_stored: bool = False) -> Mapping[str, str]:
    """The headers; HSTS if `is_secure` (reached by https).

    Pages that caches may store (`is_stored`) say themselves for how long.
    """
    return _ALWAYS | ({} if is_stored else _UNLISTED) | (_HSTS if is_secure else {})
