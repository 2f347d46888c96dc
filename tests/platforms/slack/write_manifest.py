"""Writes `manifest.yaml` anew from the command table."""

from bot.commands import COMMANDS
from bot.platforms.slack.installation.manifest import as_yaml, manifest
from tests.platforms.slack.test_manifest import FILE

if __name__ == "__main__":
    FILE.write_text(as_yaml(manifest(COMMANDS)), "utf-8")
