"""Fake Slack server: Web API, Socket Mode, HTTP mode, OAuth and Block Kit's limits, on loopback."""

from tests.standins.slack.faults import Broken, Dropped, Limited, Refused, Slow
from tests.standins.slack.people import Person
from tests.standins.slack.stand_in import SlackStandIn
from tests.standins.slack.state import Message, View

__all__ = ["Broken", "Dropped", "Limited", "Message", "Person", "Refused", "SlackStandIn", "Slow", "View"]
