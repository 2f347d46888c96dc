"""The server secret, the folder of generated files, and the permissions of both."""

import os
import secrets
import tempfile
from pathlib import Path

from bot.config import Config
from storage.factory import exposed_files
from storage.private_files import is_open_to_others, make_private_folder
from storage.url import SqliteFile, parse_database_url


def server_secret(config: Config) -> bytes:
    """The configured secret, or the content of the secret file, which is generated on first use."""
    if config.security.secret:
        return config.security.secret.encode()
    path = secret_file(config)
    try:
        return path.read_bytes()
    except FileNotFoundError:
        make_private_folder(path.parent)
        return _create_secret(path)


def previous_secrets(config: Config) -> tuple[bytes, ...]:
    return tuple(
        each.strip().encode() for each in config.security.previous_secrets.split(",") if each.strip()
    )


def secret_file(config: Config) -> Path:
    return Path(config.security.secret_file or data_folder(config) / "roomie.secret")


def data_folder(config: Config) -> Path:
    """The folder of generated files: the one of the SQLite file, else `var`."""
    url = parse_database_url(config.database.url)
    return url.path.parent if isinstance(url, SqliteFile) else Path("var")


def permission_warnings(config: Config) -> list[str]:
    """Warnings about files and folders that other accounts on this machine can read, with the remedy."""
    paths = exposed_files(config.database.url)
    if not config.security.secret and is_open_to_others(secret_file(config)):
        paths.append(secret_file(config))
    return [
        f"other accounts on this machine can read the folder {each}; give it mode 0700"
        if each.is_dir()
        else f"other accounts on this machine can read {each}; run chmod 600 {each}"
        for each in paths
    ]


def _create_secret(path: Path) -> bytes:
    """Writes a temporary file and links it into place, so that no other process reads half a secret."""
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    temporary = Path(name)
    temporary.chmod(0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_hex(32).encode())
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
    return path.read_bytes()
