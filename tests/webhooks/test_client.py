"""The HTTP client for receivers: which addresses it connects to, and what it believes."""

import asyncio
import ipaddress
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bot.webhooks.client import ReceiverClient
from tests.webhooks.receiver import Receiver


class Resolver(AbstractResolver):
    """Resolves every name to one address."""

    def __init__(self, address: str) -> None:
        self._address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        at, flags = self._address, socket.AI_NUMERICHOST
        return [ResolveResult(hostname=host, host=at, port=port, family=family, proto=0, flags=flags)]

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def receiver():
    made = Receiver()
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.0.1"])
async def test_a_name_that_resolves_into_a_private_network_is_not_connected_to(address: str):
    async with ReceiverClient(timeout=timedelta(seconds=2), resolver=Resolver(address)) as client:
        attempt = await client.post("https://hooks.example.org/", b"{}", {})

    assert attempt.error == "its address lies in a private network"


async def test_a_private_address_itself_is_not_connected_to(receiver: Receiver):
    async with ReceiverClient() as client:
        attempt = await client.post(receiver.url, b"{}", {})

    assert (attempt.error, receiver.requests) == ("its address lies in a private network", 0)


async def test_a_private_host_does_not_open_the_network_to_others(receiver: Receiver):
    async with ReceiverClient(("hooks.internal",), resolver=Resolver("127.0.0.1")) as client:
        refused = await client.post(f"http://other.example.org:{receiver.port}/", b"{}", {})
        accepted = await client.post(f"http://hooks.internal:{receiver.port}/", b"{}", {})

    assert (refused.status, accepted.status) == (None, 200)


async def test_a_certificate_that_nobody_trusts_is_an_error(tmp_path: Path):
    receiver = Receiver(tls=self_signed(tmp_path))
    await receiver.start()
    try:
        async with ReceiverClient(("127.0.0.1",)) as client:
            attempt = await client.post(receiver.url, b"{}", {})
    finally:
        await receiver.stop()

    assert (attempt.error, receiver.requests) == ("it shows no certificate we trust", 0)


def self_signed(folder: Path) -> ssl.SSLContext:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks")]),
    )
    since = datetime(2026, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=36_500))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    file = folder / "receiver.pem"
    plain = serialization.NoEncryption()
    encoding = serialization.Encoding.PEM
    file.write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, plain)
        + certificate.public_bytes(encoding)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


async def test_an_endless_answer_is_not_read():
    """The status decides; a receiver cannot fill memory or hold the connection."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n")
        try:
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            closed.set()
        finally:
            writer.close()

    closed = asyncio.Event()
    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with ReceiverClient(("127.0.0.1",), timedelta(seconds=5)) as client:
        attempt = await client.post(f"http://127.0.0.1:{port}/", b"{}", {})
        async with asyncio.timeout(5):
            await closed.wait()
    server.close()

    assert attempt.has_arrived


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, b""])
async def test_what_is_no_http_is_an_error(head: bytes):
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with ReceiverClient(("127.0.0.1",), timedelta(seconds=5)) as client:
        attempt = await client.post(f"http://127.0.0.1:{port}/", b"{}", {})
    server.close()

    assert not attempt.has_arrived


async def test_nobody_there_is_an_error():
    async with ReceiverClient(("127.0.0.1",)) as client:
        attempt = await client.post("http://127.0.0.1:1/", b"{}", {})

    assert attempt.error == "it cannot be reached"
