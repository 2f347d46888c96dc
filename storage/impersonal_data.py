"""Tables and columns that tell nothing about a person. `storage.personal_data` lists all others."""

from collections.abc import Mapping

IMPERSONAL: Mapping[str, str] = {
    "building": "the campus",
    "room": "the campus",
    "society": "a society, not a person",
    "seen": "numbers of deliveries, deleted after a week",
    "oauth_state": "hashes of installations in progress",
    "tally": "keyed hashes of addresses and accounts, deleted after an hour",
    "source_state": "timetable sources",
    "timetable_run": "timetable sources",
    "timetable_entry": "published classes",
    "job_run": "the service's own jobs",
    "webhook_delivery": "what is sent to whom, by number",
    "change": "numbers of rows that changed, deleted after an hour",
    "rating": "anonymous: a keyed hash of network, room and day",
    "erasure": "the numbers of people who are gone, so that a restored backup can be cleaned again",
}
"""Tables without personal data, and why."""
IMPERSONAL_COLUMNS: Mapping[str, frozenset[str]] = {
    "booking": frozenset({"id", "room_id", "society_id", "series_id", "release"}),
    "series": frozenset({"id", "room_id", "society_id", "rule", "exceptions"}),
    "closure": frozenset({"room_id", "building_id", "zone"}),
    "wait": frozenset({"room_id", "society_id", "ended", "hold_id"}),
    "charge": frozenset({"booking_id"}),
    "person": frozenset({"deliver_to", "reminders"}),
    "membership": frozenset({"society_id", "role"}),
    "calendar_address": frozenset({"society_id"}),
    "login_session": frozenset({"hash"}),
    "audit": frozenset({"action"}),
    "request": frozenset({"booking_id"}),
    "outbox": frozenset({"kind", "booking_id", "claimed_by"}),
    "channel_notice": frozenset({"channel"}),
    "setting": frozenset({"value"}),
    "refused_request": frozenset({"action", "room_id", "society_id", "platform", "code"}),
    "webhook": frozenset({"url", "events", "secret", "is_personal", "reason", "previous_secret"}),
    "webhook_event": frozenset({"id", "type", "subject", "data", "booking_id"}),
    "installation": frozenset({"team", "token", "bot_user", "bot_id", "name", "scopes"}),
}
"""Columns of the tables above that tell nothing about a person."""
