"""Arguments of `roomie webhook`."""

import argparse


def add_webhooks(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="send events to an address")
    add.add_argument("url", help="where to send, such as https://example.org/roomie")
    add.add_argument(
        "--events",
        action="append",
        required=True,
        metavar="EVENTS",
        help='such as booking.created,room.freed or "booking.*" or "*"',
    )
    add.add_argument("--personal", action="store_true", help="with who booked and the title of bookings")
    verbs.add_parser("list", help="list webhooks, how they do, and how much waits for them")
    for verb, help_line in (
        ("remove", "remove a webhook, and what waits for it"),
        ("pause", "stop sending; events wait"),
        ("resume", "send again, first what has waited"),
        ("rotate", "make a new secret; for a day the old one signs as well"),
        ("test", "send a test event now"),
    ):
        verbs.add_parser(verb, help=help_line).add_argument("id", type=int)
    deliveries = verbs.add_parser("deliveries", help="list the newest events and what became of them")
    deliveries.add_argument("id", type=int, nargs="?", help="a webhook (default: all)")
    deliveries.add_argument("--given-up", action="store_true", help="only those that were given up")
    retry = verbs.add_parser("retry", help="send an event again")
    retry.add_argument("id", type=int, help="the webhook")
    retry.add_argument("number", type=int, help="the event, as deliveries lists it")
