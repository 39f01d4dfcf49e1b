"""A whole cluster of real processes: nodes, three NATS servers, PostgreSQL and a bucket, each of which can be killed."""

from pathlib import Path

from tests.engines import CREDENTIALS, Bucket, Nats
from tests.environment import OwnPostgres
from tests.faults.process import Process


class Cluster:
    """Two nodes or more, and what they stand on."""

    def __init__(self, folder: Path, nodes: int = 2) -> None:
        self.postgres = OwnPostgres()
        self.nats = Nats(folder, servers=3)
        self.bucket = Bucket(folder)
        self.nodes: list[Process] = []
        for at in range(nodes):
            own = folder / f"node{at}"
            own.mkdir()
            self.nodes.append(Process(own, env=self.settings(), prefix=()))

    def settings(self) -> dict[str, str]:
        """What all nodes have in common."""
        return CREDENTIALS | {
            "WARUNG_DATABASE": self.postgres.url,
            "WARUNG_BUS": self.nats.url,
            "WARUNG_BLOBS": self.bucket.url,
            "WARUNG_ACCOUNTS_SIGN_UPS_PER_HOUR": "100000",
        }

    async def start(self) -> None:
        """Start everything, the engines first; a PostgreSQL that runs stays."""
        if not self.postgres.runs:
            self.postgres.start()
        self.nats.start()
        self.bucket.start()
        for node in self.nodes:
            await node.start()

    def kill(self) -> None:
        """End everything."""
        for node in self.nodes:
            node.kill()
        self.nats.kill()
        self.bucket.kill()
        self.postgres.stop()
