"""The gateway: its authority and certificate as strict verifiers want them, its two doors, and what it refuses."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from warung import wechat
from warung.wechat.gateway import Doors, Gateway

ASKED = b"GET /cgi-bin/token?x=1 HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n"


class Echo:
    """A server that answers with what it got."""

    def __init__(self) -> None:
        self.got: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.got.append(head)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok")
        await writer.drain()
        writer.close()


@pytest.fixture
def echo() -> Echo:
    """A server behind the gateway."""
    return Echo()


@pytest.fixture
def files(tmp_path: Path) -> wechat.Certificates:
    """The gateway's certificates."""
    return wechat.certificates(tmp_path / "gateway")


@pytest.fixture
async def doors(echo: Echo, files: wechat.Certificates) -> AsyncIterator[Doors]:
    """An open gateway in front of the server."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with wechat.gateway_opened(Gateway(files, f"http://127.0.0.1:{port}", tls_port=0, proxy_port=0)) as opened:
        yield opened
    server.close()


def trusting(files: wechat.Certificates) -> ssl.SSLContext:
    """A program that trusts the authority, as strictly as OpenSSL can."""
    context = ssl.create_default_context(cafile=str(files.ca))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


async def answered(reader: asyncio.StreamReader) -> bytes:
    """Everything until the other side closes."""
    return await asyncio.wait_for(reader.read(), 10)


@pytest.mark.parametrize("host", wechat.HOSTS)
async def test_a_strict_verifier_takes_each_host_and_the_server_sees_the_host(
    doors: Doors, files: wechat.Certificates, echo: Echo, host: str
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", doors.tls, ssl=trusting(files), server_hostname=host)
    writer.write(ASKED.replace(b"api.weixin.qq.com", host.encode()))
    assert (await answered(reader)).endswith(b"\r\n\r\nok")
    assert f"Host: {host}".encode() in echo.got[0]
    writer.close()


async def test_another_name_or_no_trust_is_no_connection(doors: Doors, files: wechat.Certificates) -> None:
    for context, host in ((trusting(files), "example.com"), (ssl.create_default_context(), "api.weixin.qq.com")):
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.open_connection("127.0.0.1", doors.tls, ssl=context, server_hostname=host)


async def test_the_proxy_tunnels_to_the_hosts_and_hands_plain_requests_on(doors: Doors, files: wechat.Certificates, echo: Echo) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", doors.proxy)
    writer.write(b"CONNECT API.weixin.qq.com:443 HTTP/1.1\r\nHost: api.weixin.qq.com:443\r\n\r\n")
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    await writer.start_tls(trusting(files), server_hostname="api.weixin.qq.com")
    writer.write(ASKED)
    assert (await answered(reader)).endswith(b"ok")
    writer.close()
    for first in (b"POST http://api.weixin.qq.com/customservice/x HTTP/1.1", b"POST /customservice/x HTTP/1.1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", doors.proxy)
        writer.write(first + b"\r\nHost: api.weixin.qq.com\r\n\r\n")
        assert (await answered(reader)).endswith(b"ok")
        writer.close()
    assert len(echo.got) == 3


@pytest.mark.parametrize(
    "asked",
    [
        b"CONNECT example.com:443 HTTP/1.1\r\n\r\n",
        b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n\r\n",
        b"GET http://169.254.169.254/latest HTTP/1.1\r\nHost: api.weixin.qq.com\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: api.weixin.qq.com\r\nHost: example.com\r\n\r\n",
        b"nonsense\r\n\r\n",
    ],
)
async def test_the_proxy_is_no_way_to_anywhere_else(doors: Doors, echo: Echo, asked: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", doors.proxy)
    writer.write(asked)
    assert (await answered(reader)).startswith(b"HTTP/1.1 403")
    assert echo.got == []
    writer.close()


async def test_no_server_is_told_as_such(files: wechat.Certificates, unused_port: int) -> None:
    async with wechat.gateway_opened(Gateway(files, f"http://127.0.0.1:{unused_port}", tls_port=0, proxy_port=0)) as doors:
        reader, writer = await asyncio.open_connection("127.0.0.1", doors.tls, ssl=trusting(files), server_hostname="api.weixin.qq.com")
        writer.write(ASKED)
        assert (await answered(reader)).startswith(b"HTTP/1.1 502")
        writer.close()


def test_the_certificates_stay_until_they_are_due_and_the_keys_are_ours_alone(tmp_path: Path) -> None:
    first = wechat.certificates(tmp_path / "gateway")
    before = (first.ca.read_bytes(), first.chain.read_bytes())
    assert wechat.certificates(tmp_path / "gateway") == first
    assert (first.ca.read_bytes(), first.chain.read_bytes()) == before
    assert first.key.stat().st_mode & 0o777 == (tmp_path / "gateway/ca.key").stat().st_mode & 0o777 == 0o600
    wechat.certificates(tmp_path / "gateway", datetime.now(UTC) + timedelta(days=370))
    assert first.ca.read_bytes() == before[0]
    assert first.chain.read_bytes() != before[1]


def test_the_authority_is_good_for_wechats_hosts_only(files: wechat.Certificates) -> None:
    authority = x509.load_pem_x509_certificate(files.ca.read_bytes())
    found = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert found.critical
    assert found.value.permitted_subtrees == [x509.DNSName("weixin.qq.com")]
