"""Builds login settings from the configuration."""

from bot.config import Config, LoginSection
from bot.login.email_addresses import domain_spellings
from bot.login.settings import LoginSettings, OidcSettings, ShibbolethSettings
from bot.login.shibboleth import display_name
from core.model import Identity
from core.names import name_key
from core.services.provisioning import AccessRule, IdentityClaims


def login_settings(config: Config) -> LoginSettings:
    login = config.login
    rule = AccessRule(
        frozenset(login.required_groups),
        frozenset(login.allowed_emails),
        login.support_contact,
        frozenset(name for each in login.match_domains for name in domain_spellings(each)),
    )
    return LoginSettings(_shibboleth(login), _oidc(login), rule, _development(login))


def _shibboleth(login: LoginSection) -> ShibbolethSettings:
    url = login.shibboleth_url
    return ShibbolethSettings(
        url=f"{url.rstrip('/')}/" if url else "",
        secret=login.proxy_secret,
        secret_header=login.secret_header,
        eppn=login.eppn_header,
        full_name=login.name_header,
        given_name=login.given_name_header,
        surname=login.surname_header,
        groups=login.groups_header,
    )


def _oidc(login: LoginSection) -> OidcSettings:
    return OidcSettings(
        issuer=login.oidc_issuer,
        client_id=login.oidc_client_id,
        client_secret=login.oidc_client_secret,
        scope=login.oidc_scope,
        key=login.oidc_subject_claim,
        groups=login.oidc_groups_claim,
        redirect_path=login.oidc_redirect_path,
    )


def _development(login: LoginSection) -> IdentityClaims | None:
    """Parses `rema@example.org Rema Boo`: an address, and optionally a name."""
    address, _, name = login.dev_user.strip().partition(" ")
    if not address:
        return None
    return IdentityClaims(Identity(f"eppn:{name_key(address)}"), address, display_name(name, address))


def public_url(config: Config) -> str:
    """The URL at which browsers reach Roomie; empty if users are elsewhere and no `public_url` is set."""
    host = config.http.host
    if config.has_real_platform and not config.http.public_url:
        return ""
    local = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 - replaced, not bound
    url_host = f"[{local}]" if ":" in local else local
    return config.http.public_url.rstrip("/") or f"http://{url_host}:{config.http.port}"
