"""Settings of the login methods."""

from enum import Enum

from msgspec import Struct

from core.services.provisioning import AccessRule, IdentityClaims


class LoginMethod(Enum):
    """Authentication at a browser."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SHIBBOLETH = "shibboleth"
    OIDC = "oidc"
    DEVELOPMENT = "development"


class ShibbolethSettings(Struct, frozen=True):
    """A Shibboleth service provider in front of us, and the names of the headers that carry attributes.

    `url` is the handler's, with a trailing slash. Headers are accepted only from trusted proxies, and only
    with `secret` in the header `secret_header`.
    """

    url: str = ""
    secret: str = ""
    secret_header: str = "X-Roomie-Proxy-Secret"  # noqa: S105 - its name only
    eppn: str = "eppn"
    full_name: str = "cn"
    given_name: str = "givenName"
    surname: str = "sn"
    groups: str = "uclIntranetGroups"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"ShibbolethSettings({self.url!r})"


class OidcSettings(Struct, frozen=True):
    """An OpenID provider. `key` is the claim that identifies a user, `groups` the claim with their groups."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    scope: str = "openid email profile"
    key: str = "sub"
    groups: str = "groups"
    redirect_path: str = "/api/v1/login/oidc"
    """Path of the redirect address registered at the provider; `/login/oidc` is answered too."""

    def __repr__(self) -> str:
        """Without the secret."""
        return f"OidcSettings({self.issuer!r})"


class LoginSettings(Struct, frozen=True):
    """Login method, access rule, and the user that `dev_user` logs everybody in as."""

    shibboleth: ShibbolethSettings = ShibbolethSettings()
    oidc: OidcSettings = OidcSettings()
    rule: AccessRule = AccessRule()
    development: IdentityClaims | None = None

    @property
    def method(self) -> LoginMethod:
        if self.development is not None:
            return LoginMethod.DEVELOPMENT
        if self.shibboleth.url:
            return LoginMethod.SHIBBOLETH
        return LoginMethod.OIDC if self.oidc.issuer else LoginMethod.PASSWORD
