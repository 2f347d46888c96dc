"""What an operator may choose about logging in."""

from dataclasses import dataclass, field
from enum import Enum

from core.services.provisioning import AccessRule, IdentityClaims


class LoginMethod(Enum):
    """How somebody at a browser proves who they are."""

    PASSWORD = "password"  # noqa: S105 - a word, not a secret
    SHIBBOLETH = "shibboleth"
    OIDC = "oidc"
    DEVELOPMENT = "development"


@dataclass(frozen=True, slots=True)
class ShibbolethSettings:
    """The service provider in front of us, and the headers in which it passes on what it knows.

    `url` is its handler's, with a slash at its end. Headers count only from trusted proxies, and only beside
    `secret` in the header `secret_header`.
    """

    url: str = ""
    secret: str = field(default="", repr=False)
    secret_header: str = "X-Roomie-Proxy-Secret"  # noqa: S105 - its name only
    eppn: str = "eppn"
    full_name: str = "cn"
    given_name: str = "givenName"
    surname: str = "sn"
    groups: str = "uclIntranetGroups"


@dataclass(frozen=True, slots=True)
class OidcSettings:
    """An OpenID provider. `key` is the claim that names a person for ever, `groups` the one with groups."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scope: str = "openid email profile"
    key: str = "sub"
    groups: str = "groups"


@dataclass(frozen=True, slots=True)
class LoginSettings:
    """The way in, who may take it, and who is taken for granted on a developer's own machine."""

    shibboleth: ShibbolethSettings = ShibbolethSettings()
    oidc: OidcSettings = OidcSettings()
    rule: AccessRule = field(default_factory=AccessRule)
    development: IdentityClaims | None = None

    @property
    def method(self) -> LoginMethod:
        if self.development is not None:
            return LoginMethod.DEVELOPMENT
        if self.shibboleth.url:
            return LoginMethod.SHIBBOLETH
        return LoginMethod.OIDC if self.oidc.issuer else LoginMethod.PASSWORD
