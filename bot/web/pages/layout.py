"""Layout of all pages, and their security headers."""

from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from html import escape

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1b1f; --paper: #fff; --soft: #f1f1f4; --edge: #767680;
  --strong: #1a4fbf; --on-strong: #fff; --warn: #fff2d6; --warn-edge: #a86200; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececf1; --paper: #17171a; --soft: #26262b;
  --edge: #8e8e99; --strong: #9db9ff; --on-strong: #101c3a; --warn: #3a2c0e; --warn-edge: #e0a94a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--soft); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.5rem 1.25rem 2rem; background: var(--paper);
  min-height: 100vh; overflow-wrap: anywhere; }
@media (min-width: 34rem) { main { margin: 3rem auto; min-height: 0; border-radius: .75rem;
  padding: 2rem 2.25rem 2.5rem; } }
header { font-weight: 600; opacity: .8; margin-bottom: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem; }
p { margin: 0 0 1rem; }
dl { margin: 0 0 1rem; border: 1px solid var(--edge); border-radius: .5rem; padding: .75rem 1rem; }
dt { font-size: .9rem; opacity: .85; } dd { margin: 0 0 .5rem; font-weight: 600; }
dd:last-child { margin-bottom: 0; }
.warn { background: var(--warn); border-left: .3rem solid var(--warn-edge); padding: .75rem 1rem;
  border-radius: .25rem; }
label { display: block; font-weight: 600; margin: 0 0 .25rem; }
input { width: 100%; font: inherit; padding: .65rem .75rem; margin: 0 0 1rem; border-radius: .5rem;
  border: 1px solid var(--edge); background: var(--paper); color: var(--ink); }
button { width: 100%; font: inherit; font-weight: 600; padding: .75rem 1rem; margin: 0 0 .75rem;
  border-radius: .5rem; border: 2px solid var(--strong); min-height: 3rem; cursor: pointer;
  background: var(--paper); color: var(--strong); }
button.main { background: var(--strong); color: var(--on-strong); }
:focus-visible { outline: 3px solid var(--strong); outline-offset: 2px; }
"""
_HASH = "sha256-" + b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY = (
    f"default-src 'none'; style-src '{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def headers(*, is_secure: bool) -> Mapping[str, str]:
    """Security headers: no scripts, frames, referrer or caching; HSTS if `is_secure` (reached by https)."""
    always = {
        "Content-Security-Policy": _POLICY,
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "X-Robots-Tag": "noindex",
        "Server": "Roomie",
    }
    return always | ({"Strict-Transport-Security": "max-age=31536000"} if is_secure else {})


def page(title: str, content: str, *, campus: str = "", banner: str = "") -> str:
    """Renders a page. `content` is HTML; everything else is text."""
    place = f" · {escape(campus)}" if campus else ""
    alert = f'<p class="warn" role="alert">{escape(banner)}</p>' if banner else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)} · Roomie</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main><header>Roomie{place}</header>{alert}"
        f"<h1>{escape(title)}</h1>{content}</main></body></html>"
    )


def paragraph(text: str, kind: str = "") -> str:
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def facts(pairs: Mapping[str, str]) -> str:
    """A list of names and values; empty values are left out."""
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in pairs.items() if value
    )
    return f"<dl>{rows}</dl>"


def hidden(**values: str) -> str:
    return "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">'
        for name, value in values.items()
    )


def form(action: str, content: str) -> str:
    return f'<form method="post" action="{escape(action)}" autocomplete="on">{content}</form>'
