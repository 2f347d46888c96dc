"""What `roomie run` imports before it listens: only what the first answer needs."""

import os
import subprocess
import sys

_LATE = (
    *("bot.administration", "bot.chat.reply", "bot.commands", "bot.conversation", "bot.language"),
    *("bot.pictures.drawing", "bot.usage", "bot.web.endpoints.board", "bot.web.endpoints.roomie"),
    *("bot.webhooks.client", "bot.worker", "bot.login.oidc"),
    *("core.services.administration", "core.services.series", "core.services.waiting"),
    *("alembic", "apscheduler", "argon2", "bs4", "dateparser", "discord", "jinja2", "PIL", "slack_bolt"),
    *("sqlalchemy", "psycopg"),
)
_RUN = f"""
import os, sys
from bot.cli import main
from bot.runtime import event_loop, run

async def listen(*_):
    print([name for name in {_LATE} if name in sys.modules], flush=True)
    os._exit(0)

run.serve = listen
main(["run"], event_loop.run)
"""


def test_the_server_listens_before_it_imports_the_rest(sqlite_url: str):
    environment = {**os.environ, "ROOMIE_DATABASE__URL": sqlite_url}

    found = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", _RUN], capture_output=True, text=True, check=True, env=environment
    )

    assert found.stdout.strip() == "[]", found.stderr
