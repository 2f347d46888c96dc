"""Slack's request signatures in HTTP mode."""

import re
from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_MAX_AGE_SECONDS = 300


class SlackSignature:
    """Verifies a request before Bolt parses its body; without a secret (Socket Mode) no request is valid."""

    def __init__(self, signing_secret: str) -> None:
        self._verifier = SignatureVerifier(signing_secret) if signing_secret else None

    def is_shown(self, headers: Mapping[str, str]) -> bool:
        """Whether there is a well-formed signature, at most five minutes old."""
        signature, timestamp = _signature_headers(headers)
        if self._verifier is None:
            return False
        if not (_SIGNATURE.fullmatch(signature) and _TIMESTAMP.fullmatch(timestamp)):
            return False
        return abs(self._verifier.clock.now() - int(timestamp)) <= _MAX_AGE_SECONDS

    def is_valid(self, headers: Mapping[str, str], body: bytes) -> bool:
        signature, timestamp = _signature_headers(headers)
        if self._verifier is None:
            return False
        try:
            return self.is_shown(headers) and self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return False


def _signature_headers(headers: Mapping[str, str]) -> tuple[str, str]:
    return headers.get("X-Slack-Signature", ""), headers.get("X-Slack-Request-Timestamp", "")
