"""The way out leads to the internet and nowhere else, however an address is written and wherever it sends us."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncIterator

import pytest

from warung.adapters.outside import HttpOutside
from warung.kit.outside import AddressNotAllowed, Limits, NoAnswer, is_public, named

pytestmark = pytest.mark.anyio
HOME = [ipaddress.ip_network("127.0.0.1/32")]


class Elsewhere:
    """A server on this machine that says what it is told to say, and remembers what it was asked."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.says: dict[str, bytes] = {}
        self.asked: list[bytes] = []

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls) -> AsyncIterator["Elsewhere"]:
        """Serve until the end of the block."""
        place = cls(0)
        server = await asyncio.start_server(place.answer, "127.0.0.1", 0)
        place.port = server.sockets[0].getsockname()[1]
        place.url = f"http://127.0.0.1:{place.port}"
        yield place
        server.close()
        await server.wait_closed()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(head)
        said = self.says.get(head.split()[1].decode())
        if said is None:
            await reader.read()  # silence, until the other one gives up
        writer.write(said or b"")
        writer.close()
        await writer.wait_closed()


@pytest.fixture
async def elsewhere() -> AsyncIterator[Elsewhere]:
    async with Elsewhere.open() as place:
        yield place


def page(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
        "http://0.0.0.0/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[fd00::1]/",
        "http://[fe80::1]/",
        "http://[ff02::1]/",
        "http://10.0.0.1/",
        "http://172.16.3.4/",
        "http://192.168.1.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://224.0.0.1/",
        "http://255.255.255.255/",
        "http://198.18.0.1/",
        "http://budi:sandi@example.org/",
        "http:///etc/passwd",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "javascript:alert(1)",
        "http://exa mple.org/",
        "http://example.org:99999/",
        "http://exa\r\nmple.org/",
        "example.org",
        "",
        "http://" + "a" * 3000,
    ],
)
async def test_no_address_within_is_asked(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        await HttpOutside().fetch(url, limits=Limits(seconds=3))


def test_the_internet_is_public_and_a_network_can_be_exempted() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1:248:1893:25c8:1946")
    assert not is_public("127.0.0.1")
    assert is_public("127.0.0.1", HOME)
    assert not is_public("127.0.0.2", HOME)
    assert not is_public("kopi")
    assert named("https://example.org/a?b#c") == ("https", "example.org", 443)


async def test_what_may_be_asked_answers(elsewhere: Elsewhere) -> None:
    elsewhere.says["/warung?x=1"] = page(b"<title>Kopi</title>", "200 OK", "Content-Type: text/html")
    answer = await HttpOutside(HOME).fetch(f"{elsewhere.url}/warung?x=1#atas")
    assert (answer.status, answer.body, answer.cut) == (200, b"<title>Kopi</title>", False)
    assert answer.headers["content-type"] == "text/html"
    assert f"host: 127.0.0.1:{elsewhere.port}".encode() in elsewhere.asked[0].lower()


@pytest.mark.parametrize("there", ["http://127.0.0.2/", "http://169.254.169.254/", "file:///etc/passwd", "//[::1]/", "http://10.0.0.1:22/"])
async def test_a_redirect_within_is_not_followed(elsewhere: Elsewhere, there: str) -> None:
    elsewhere.says["/"] = page(b"", "302 Found", f"Location: {there}")
    with pytest.raises(AddressNotAllowed):
        await HttpOutside(HOME).fetch(elsewhere.url)


async def test_a_redirect_is_followed_a_few_times_only(elsewhere: Elsewhere) -> None:
    elsewhere.says |= {"/a": page(b"", "301 Moved", "Location: /b"), "/b": page(b"di sini"), "/o": page(b"", "302 Found", "Location: /o")}
    answer = await HttpOutside(HOME).fetch(f"{elsewhere.url}/a")
    assert (answer.body, answer.url) == (b"di sini", f"{elsewhere.url}/b")
    with pytest.raises(NoAnswer):
        await HttpOutside(HOME).fetch(f"{elsewhere.url}/o")
    assert len(elsewhere.asked) == 2 + 4


async def test_what_is_posted_follows_no_redirect(elsewhere: Elsewhere) -> None:
    elsewhere.says["/hook"] = page(b"", "307 Temporary Redirect", "Location: /lain")
    answer = await HttpOutside(HOME).fetch(f"{elsewhere.url}/hook", method="POST", body=b'{"paid":true}')
    assert answer.status == 307
    assert len(elsewhere.asked) == 1


async def test_a_long_answer_is_cut_and_a_slow_one_is_given_up(elsewhere: Elsewhere) -> None:
    elsewhere.says["/panjang"] = page(b"x" * 300_000)
    answer = await HttpOutside(HOME).fetch(f"{elsewhere.url}/panjang", limits=Limits(bytes=1000))
    assert (len(answer.body), answer.cut) == (1000, True)
    with pytest.raises(NoAnswer):
        await HttpOutside(HOME).fetch(f"{elsewhere.url}/diam", limits=Limits(seconds=0.2))


@pytest.mark.parametrize("said", [b"", b"\x00\xff\x00", b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nhalo", b"HTTP/9.9 what\r\n\r\n"])
async def test_nonsense_is_no_answer(elsewhere: Elsewhere, said: bytes) -> None:
    elsewhere.says["/"] = said
    with pytest.raises(NoAnswer):
        await HttpOutside(HOME).fetch(elsewhere.url)
    assert len(elsewhere.asked) == 1
