"""Who can reach Roomie, as far as its configuration tells."""

from ipaddress import ip_address

from yarl import URL

from bot.config.model import Config


def is_loopback(host: str) -> bool:
    """Whether an address or host name means this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def is_public(config: Config) -> bool:
    """Whether others can reach Roomie: at its own address, or by way of something in front of it."""
    http = config.http
    return (
        not is_loopback(http.host)
        or bool(http.trusted_proxies)
        or bool(http.public_url and not is_loopback(host_of(http.public_url)))
        or _is_called_by_platforms(config)
    )


def _is_called_by_platforms(config: Config) -> bool:
    """Whether a real chat platform sends what people do by HTTP, for which something has to let it in."""
    slack, discord = config.slack, config.discord
    is_slack = slack.mode == "http" and bool(slack.bot_token or slack.client_id)
    is_discord = not discord.gateway and bool(discord.token)
    return (is_slack and "slack.com" in slack.api_base_url) or (
        is_discord and "discord.com" in discord.api_base_url
    )


def host_of(url: str) -> str:
    """The host that a URL names; empty where it names none."""
    try:
        return URL(url).host or ""
    except ValueError:
        return ""
