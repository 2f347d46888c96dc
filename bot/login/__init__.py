"""Logins: OpenID Connect, Shibboleth, passwords, and linking chat accounts to people."""
