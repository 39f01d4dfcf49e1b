"""What every domain may know of the place it runs in."""

import msgspec


class Site(msgspec.Struct, frozen=True):
    """This server, as its operator set it up."""

    name: str = "warung"
    url: str = "http://localhost:8000"  # where people reach it; links and QR codes begin with it
    demo: bool = False  # a place with made-up people that anyone on this machine may try as

    @property
    def https(self) -> bool:
        """Do phones get their camera, service worker, passkeys and push?"""
        return self.url.startswith("https://")

    @property
    def secure_context(self) -> bool:
        """Does a browser trust this origin: HTTPS, or the machine itself?"""
        return self.https or self.url.split("//", 1)[-1].split(":")[0].split("/")[0] in ("localhost", "127.0.0.1")
