"""`roomie webhook` on the command line."""

import re

HOOK = "https://example.org/roomie?key=abc"


def test_a_webhook_is_added_listed_paused_and_removed(roomie):
    added = roomie("webhook", "add", HOOK, "--events", "booking.*,room.freed")

    assert added.status == 0
    assert re.search(r"shown only now: whsec_\S{44}", added.out)
    assert f"1\tactive\t{HOOK}\tbooking.*,room.freed\t0 waiting, 0 given up" in roomie("webhook", "list").out
    assert "Its events wait" in roomie("webhook", "pause", "1").out
    assert "1\tpaused\t" in roomie("webhook", "list").out
    assert "active again" in roomie("webhook", "resume", "1").out
    assert "The old one signs as well until 2026-03-12" in roomie("webhook", "rotate", "1").out
    assert "No events yet." in roomie("webhook", "deliveries").out
    assert "Removed webhook 1" in roomie("webhook", "remove", "1").out
    assert "No webhooks." in roomie("webhook", "list").out


def test_mistakes_get_a_sentence(roomie):
    assert "must begin with https" in roomie("webhook", "add", "http://example.org", "--events", "*").err
    assert "private network" in roomie("webhook", "add", "https://10.0.0.1", "--events", "*").err
    assert "Events are booking.created" in roomie("webhook", "add", HOOK, "--events", "bookings").err
    assert "There is no webhook 7" in roomie("webhook", "remove", "7").err
    assert "no event 3" in (
        roomie("webhook", "add", HOOK, "--events", "*") and roomie("webhook", "retry", "1", "3").err
    )


def test_a_test_says_what_is_wrong(roomie, monkeypatch):
    monkeypatch.setenv("ROOMIE_WEBHOOKS__PRIVATE_HOSTS", "127.0.0.1")
    roomie("webhook", "add", "http://127.0.0.1:1/", "--events", "*")

    result = roomie("webhook", "test", "1")

    assert (result.status, result.out) == (1, "Webhook 1 does not work: it cannot be reached.\n")
