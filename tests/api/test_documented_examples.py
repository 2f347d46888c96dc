"""The examples of docs/http.md, run by a shell as they stand, on the sample campus."""

import asyncio
import re
import shutil
from pathlib import Path

import pytest

from tests.api.http_client import HttpClient

PAGE = Path(__file__).parents[2] / "docs" / "http.md"
SERVER, MONDAY = "http://127.0.0.1:8000", "20160808"


def examples() -> list[str]:
    blocks = re.findall(r"^```\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return [block for block in blocks if "curl" in block]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
async def test_the_documented_examples_work_as_they_stand(http_client: HttpClient, tmp_path: Path):
    script = "\n".join(examples()).replace(SERVER, http_client.url).replace("curl ", "curl -sS -w '\\n' ")
    script, days = re.subn(r"^DAY=.*$", f"DAY={MONDAY}", script, flags=re.MULTILINE)

    shell = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script), cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    printed, _ = await shell.communicate()

    answers = printed.decode().splitlines()
    assert (shell.returncode, days) == (0, 1)
    assert len(answers) == script.count("curl ")
    assert not [each for each in answers if '"error"' in each]
    assert sum('"success":true' in each for each in answers) == 3
