"""Checks that refuse a start with an unsafe or incomplete login configuration."""

import zlib
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from itertools import pairwise
from pathlib import Path

from yarl import URL

from bot.config import Config
from bot.config.types import host_of, is_loopback
from bot.login.email_addresses import canonical_domain
from bot.login.oidc_provider import is_safe
from bot.login.public_access import is_public
from bot.login.shibboleth import is_address

_MIN_SECRET_LENGTH = 32
_MIN_DISTINCT_CHARACTERS = 8
_MIN_COMPRESSED_SIZE = 24
"""Bytes that zlib needs for a secret beyond its header: 32 random hex digits take 28 or more."""
_GUESSABLE_WORDS = ("secret", "change", "passw", "example", "roomie", "default", "12345678", "qwerty")
_USER_CHOSEN_CLAIMS = frozenset(
    {"name", "given_name", "family_name", "nickname", "preferred_username", "profile"}
)
"""Claims that must not identify a user (OpenID Connect Core 1.0, 5.7)."""
_OPEN_PROVIDERS = frozenset(
    {
        "accounts.google.com",
        "appleid.apple.com",
        "gitlab.com",
        "www.facebook.com",
        "www.linkedin.com",
    }
)
SAMPLE_IN_PUBLIC = (
    "database: it holds the sample people, whose passwords are published, and other machines can reach this "
    "Roomie; use a database of your own"
)


def login_problems(config: Config, secret_file: Path) -> list[str]:
    """Reasons to refuse the start; empty if there are none."""
    problems = [
        *_check_shibboleth(config),
        *_check_oidc(config),
        *_check_access_rule(config),
        *_check_account_matching(config),
        *_check_public_url(config),
        *_check_proxies(config),
        *_check_dev_user(config),
    ]
    if is_public(config):
        problems += _check_secrets(config, secret_file)
    return problems


def _check_shibboleth(config: Config) -> Iterator[str]:
    login = config.login
    if not login.shibboleth_url:
        if login.proxy_secret:
            yield "login.proxy_secret: has no effect without login.shibboleth_url; set both or neither"
        return
    if not _is_web_url(login.shibboleth_url):
        yield "login.shibboleth_url: write the URL as https://rooms.example.org/Shibboleth.sso/"
    if not login.proxy_secret:
        yield "login.shibboleth_url: set ROOMIE_LOGIN__PROXY_SECRET, which the proxy sends with every request"
    if not config.http.trusted_proxies:
        yield "login.shibboleth_url: list the proxy's address in http.trusted_proxies"
    if login.oidc_issuer:
        yield "login: choose shibboleth_url or oidc_issuer, not both"


def _is_web_url(url: str) -> bool:
    return bool(host_of(url)) and url.lower().startswith(("https://", "http://"))


def _check_oidc(config: Config) -> Iterator[str]:
    login = config.login
    if login.oidc_issuer:
        if not login.oidc_client_id:
            yield "login.oidc_client_id: is missing; your provider issues one when you register Roomie there"
        if not is_safe(login.oidc_issuer):
            yield "login.oidc_issuer: must begin with https://"
        return
    if login.oidc_client_id or login.oidc_client_secret:
        given = "oidc_client_id" if login.oidc_client_id else "oidc_client_secret"
        yield f"login.{given}: has no effect without login.oidc_issuer; set both or neither"


def _check_access_rule(config: Config) -> Iterator[str]:
    """Access rules apply to an institution's login; people with a password here are not bound by them."""
    login = config.login
    if login.shibboleth_url or login.oidc_issuer or login.dev_user:
        return
    for name in ("required_groups", "allowed_emails"):
        if getattr(login, name):
            yield f"login.{name}: does not restrict password logins; set shibboleth_url or oidc_issuer too"


def _check_account_matching(config: Config) -> Iterator[str]:
    login = config.login
    if login.oidc_issuer and login.oidc_subject_claim in _USER_CHOSEN_CLAIMS:
        yield (
            f"login.oidc_subject_claim: with many providers people choose their {login.oidc_subject_claim} "
            "themselves, and could choose somebody else's; use sub, or a claim that the institution assigns"
        )
    if login.oidc_issuer and URL(login.oidc_issuer).host in _OPEN_PROVIDERS and not login.match_domains:
        yield (
            "login.oidc_issuer: anybody can have an account with this provider; list the domains whose "
            "addresses it may confirm in login.match_domains"
        )
    for domain in login.match_domains:
        try:
            canonical_domain(domain)
        except ValueError as error:
            yield f"login.match_domains: {error}; write the part after the @, such as ucl.ac.uk"


def _check_public_url(config: Config) -> Iterator[str]:
    url = config.http.public_url
    if url and not host_of(url):
        yield "http.public_url: is not a URL; write it as https://rooms.example.org"
    elif url and not url.lower().startswith("https://") and not is_loopback(host_of(url)):
        yield "http.public_url: must begin with https://, because passwords and tokens are sent there"


def _check_proxies(config: Config) -> Iterator[str]:
    networks = [ip_network(each, strict=False) for each in config.http.trusted_proxies]
    v4 = collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
    v6 = collapse_addresses(each for each in networks if isinstance(each, IPv6Network))
    if 0 in {*(each.prefixlen for each in v4), *(each.prefixlen for each in v6)}:
        yield "http.trusted_proxies: these are all addresses; list only the proxy's own"


def _check_dev_user(config: Config) -> Iterator[str]:
    given = config.login.dev_user.strip()
    if not given:
        return
    if not is_address(given.partition(" ")[0]):
        yield "login.dev_user: write an e-mail address and a name, such as rema@example.org Rema Boo"
    if is_public(config) or config.has_real_platform:
        yield (
            "login.dev_user: logs everybody in as one person, so it works on this machine only: keep "
            "http.host on 127.0.0.1, and configure no public_url, no trusted proxy and no chat platform"
        )


def _check_secrets(config: Config, secret_file: Path) -> Iterator[str]:
    advice = f"use at least {_MIN_SECRET_LENGTH} random characters (openssl rand -hex 32)"
    if config.security.secret:
        if is_weak(config.security.secret):
            yield f"security.secret: is easy to guess; {advice}"
    elif secret_file.exists():
        yield from _check_secret_file(secret_file, advice)
    if any(is_weak(each) for each in config.security.previous_secrets.split(",") if each.strip()):
        yield "security.previous_secrets: one is easy to guess and still decrypts stored tokens; remove it"
    if config.login.proxy_secret and is_weak(config.login.proxy_secret):
        yield f"login.proxy_secret: is easy to guess; {advice}"
    if config.login.oidc_client_secret and is_guessable(config.login.oidc_client_secret):
        yield "login.oidc_client_secret: is easy to guess; let the provider issue a new one"
    slack = config.slack
    if slack.signing_secret and slack.mode == "http" and is_weak(slack.signing_secret):
        yield "slack.signing_secret: is too short or easy to guess; copy the app's signing secret from Slack"


def _check_secret_file(secret_file: Path, advice: str) -> Iterator[str]:
    if secret_file.stat().st_mode & 0o077:
        yield f"{secret_file}: other accounts on this machine can read it; run chmod 600 {secret_file}"
    if is_weak(secret_file.read_text("utf-8", "replace")):
        yield f"{secret_file}: is easy to guess; {advice}, or remove the file and Roomie creates a good one"


def is_weak(secret: str) -> bool:
    """Whether a secret is short or guessable."""
    text = secret.strip()
    is_short = len(text) < _MIN_SECRET_LENGTH or len(set(text)) < _MIN_DISTINCT_CHARACTERS
    return is_short or is_guessable(text)


def is_guessable(secret: str) -> bool:
    """Whether a secret of any length repeats itself, counts up or down, or contains a common word."""
    text = secret.strip().casefold()
    return (
        _has_period(text)
        or any(word in text for word in _GUESSABLE_WORDS)
        or _is_sequence(text)
        or (len(text) >= _MIN_SECRET_LENGTH and _compressed_size(text) < _MIN_COMPRESSED_SIZE)
    )


def _has_period(text: str) -> bool:
    """Whether the text is a part of it, several times over; also with separators or a cut-off end."""
    return any(text.startswith(text[period:]) for period in range(1, len(text) // 2 + 1))


def _is_sequence(text: str) -> bool:
    """Whether most characters follow the one before them, as in `abcdef`, `987654` or `aaaa`."""
    steps = [abs(ord(after) - ord(before)) <= 1 for before, after in pairwise(text)]
    return sum(steps) * 2 > len(text)


def _compressed_size(text: str) -> int:
    """Bytes of the deflate stream, without zlib's header and checksum."""
    return len(zlib.compress(text.encode("utf-8", "surrogatepass"), 9)) - 6
