"""`make cluster`: two nodes, three NATS servers, PostgreSQL and a bucket on this machine, behind one address, until Ctrl-C.

To see a cluster, and to kill parts of it. Nothing of it is kept. An operator's cluster is described in docs/operating.md.
"""

import argparse
import asyncio
import contextlib
import os
import signal
import tempfile
from pathlib import Path

from tests import environment
from tests.cluster.balancer import balancing
from tests.cluster.processes import Cluster


async def run(cluster: Cluster) -> None:
    """Start everything, say where it is, wait for the end."""
    await cluster.start()
    over = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, over.set)
    async with balancing([node.port for node in cluster.nodes]) as balancer:
        print(f"\n  A cluster is open at {balancer.url}\n")
        for at, node in enumerate(cluster.nodes):
            print(f"  node {at}: process {node.pid}, {node.url}, log {node.log}")
        print(f"  nats: {cluster.nats.url}\n  postgres: {cluster.postgres.url}\n  bucket: {cluster.bucket.url}\n", flush=True)
        await over.wait()


def main() -> None:
    """Run a cluster."""
    parser = argparse.ArgumentParser(prog="cluster", description=__doc__)
    parser.add_argument("--nodes", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="warung-cluster-", dir="/tmp") as folder:
        os.environ[environment.RUN] = folder
        Path(folder).chmod(0o711)
        cluster = Cluster(Path(folder), given.nodes)
        try:
            with contextlib.suppress(KeyboardInterrupt):
                asyncio.run(run(cluster))
        finally:
            cluster.kill()


if __name__ == "__main__":
    main()
