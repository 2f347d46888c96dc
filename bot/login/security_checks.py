"""What must not be so where others can reach Roomie: half a set-up, secrets that anybody would guess."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from pathlib import Path

from yarl import URL

from bot.config.model import Config
from bot.login.email_addresses import canonical_domain
from bot.login.oidc_provider import is_safe
from bot.login.public_access import host_of, is_loopback, is_public
from bot.login.shibboleth import is_address

_MIN_SECRET_LENGTH = 32
_MIN_DISTINCT_CHARACTERS = 8
_SELF_CHOSEN = frozenset({"name", "given_name", "family_name", "nickname", "preferred_username", "profile"})
"""Claims that OpenID Connect Core 1.0, 5.7, says nobody may be known by."""
_OPEN_TO_ALL = frozenset(
    {
        "accounts.google.com",
        "appleid.apple.com",
        "gitlab.com",
        "www.facebook.com",
        "www.linkedin.com",
    }
)
SAMPLE_IN_PUBLIC = (
    "http: others can reach it, and the sample people with their published passwords are in the database; "
    "use a database of your own"
)


def login_problems(config: Config, secret_file: Path) -> list[str]:
    """Why Roomie must not answer over HTTP like this; empty when nothing speaks against it."""
    problems = [
        *_shibboleth(config),
        *_oidc(config),
        *_matching(config),
        *_public_url(config),
        *_proxies(config),
        *_development(config),
    ]
    if is_public(config):
        problems += _weak_secrets(config, secret_file)
    return problems


def _shibboleth(config: Config) -> Iterator[str]:
    login, proxies = config.login, config.http.trusted_proxies
    if not login.shibboleth_url:
        return
    if not login.proxy_secret:
        yield "login.shibboleth_url: set ROOMIE_LOGIN__PROXY_SECRET, which the proxy sends with every request"
    if not proxies:
        yield "login.shibboleth_url: name the proxy's address in http.trusted_proxies"
    if login.oidc_issuer:
        yield "login: choose shibboleth_url or oidc_issuer, not both"


def _oidc(config: Config) -> Iterator[str]:
    login = config.login
    if login.oidc_issuer and not login.oidc_client_id:
        yield "login.oidc_client_id: is missing; the provider gave you one"
    if login.oidc_issuer and not is_safe(login.oidc_issuer):
        yield "login.oidc_issuer: must begin with https://"


def _matching(config: Config) -> Iterator[str]:
    """Whose word makes somebody a person who was entered by hand."""
    login = config.login
    if login.oidc_issuer and login.oidc_key in _SELF_CHOSEN:
        yield (
            f"login.oidc_key: people choose their {login.oidc_key} themselves at many providers, and could "
            "choose somebody else's; use sub, or a claim that the institution assigns"
        )
    if login.oidc_issuer and URL(login.oidc_issuer).host in _OPEN_TO_ALL and not login.match_domains:
        yield (
            "login.oidc_issuer: anybody can have an account there; name the domains for which it may vouch "
            "in login.match_domains"
        )
    for domain in login.match_domains:
        try:
            canonical_domain(domain)
        except ValueError as error:
            yield f"login.match_domains: {error}; write it as after the @, such as ucl.ac.uk"


def _public_url(config: Config) -> Iterator[str]:
    url = config.http.public_url
    if url and not host_of(url):
        yield "http.public_url: is no address; write it as https://rooms.example.org"
    elif url and not url.lower().startswith("https://") and not is_loopback(host_of(url)):
        yield "http.public_url: must begin with https://, for passwords and tokens travel there"


def _proxies(config: Config) -> Iterator[str]:
    networks = [ip_network(each, strict=False) for each in config.http.trusted_proxies]
    fours = collapse_addresses(each for each in networks if isinstance(each, IPv4Network))
    sixes = collapse_addresses(each for each in networks if isinstance(each, IPv6Network))
    if 0 in {*(each.prefixlen for each in fours), *(each.prefixlen for each in sixes)}:
        yield "http.trusted_proxies: that is everybody; only the proxy itself may say who people are"


def _development(config: Config) -> Iterator[str]:
    given = config.login.development.strip()
    if not given:
        return
    if not is_address(given.partition(" ")[0]):
        yield "login.development: write an address and a name, such as rema@example.org Rema Boo"
    if is_public(config) or config.has_real_platform:
        yield (
            "login.development: takes everybody for one person, so it works on this machine alone: keep "
            "http.host on 127.0.0.1, and have no public_url, no trusted proxy and no chat platform"
        )


def _weak_secrets(config: Config, secret_file: Path) -> Iterator[str]:
    """Secrets that are missing, short, or the first that anybody would try."""
    enough = f"needs at least {_MIN_SECRET_LENGTH} characters that nobody can guess (openssl rand -hex 32)"
    if config.security.secret:
        if is_weak(config.security.secret):
            yield f"security.secret: {enough}"
    elif secret_file.exists():
        if secret_file.stat().st_mode & 0o077:
            yield f"{secret_file}: others on this machine can read it; chmod 600 {secret_file}"
        if is_weak(secret_file.read_text("utf-8", "replace").strip()):
            yield f"{secret_file}: {enough}; remove it, and a good one is made"
    if config.login.proxy_secret and is_weak(config.login.proxy_secret):
        yield f"login.proxy_secret: {enough}"


def is_weak(secret: str) -> bool:
    """Too short, or the same few signs again and again."""
    return len(secret) < _MIN_SECRET_LENGTH or len(set(secret)) < _MIN_DISTINCT_CHARACTERS
