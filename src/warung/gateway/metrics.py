"""What an operator's Prometheus may ask: numbers that the parts keep anyway, read when they are asked for."""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Metrics(Collector):
    """A registry of readings for `readers`. Names are without their ending: Prometheus adds `_total` to a counter."""

    def __init__(self, readers: Sequence[Network]) -> None:
        self._readers = readers
        self._readings: list[Callable[[], Metric]] = []
        self._registry = CollectorRegistry()
        self._registry.register(self)

    def may_read(self, address: str) -> bool:
        """Does this address belong to a reader? What is no address belongs to none."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return False
        mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
        return any((mapped or found) in network for network in self._readers)

    def gauge(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Add a number that goes up and down."""
        self._readings.append(lambda: GaugeMetricFamily(name, what, value=read()))

    def gauges(self, name: str, what: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Add numbers that go up and down, one per value of a label."""

        def family() -> Metric:
            made = GaugeMetricFamily(name, what, labels=[label])
            for value, number in sorted(read().items()):
                made.add_metric([value], number)
            return made

        self._readings.append(family)

    def counter(self, name: str, what: str, read: Callable[[], float]) -> None:
        """Add a number that only grows."""
        self._readings.append(lambda: CounterMetricFamily(name, what, value=read()))

    def counters(self, name: str, what: str, label: str, read: Callable[[], Mapping[str, float]]) -> None:
        """Add numbers that only grow, one per value of a label."""

        def family() -> Metric:
            made = CounterMetricFamily(name, what, labels=[label])
            for value, number in sorted(read().items()):
                made.add_metric([value], number)
            return made

        self._readings.append(family)

    def sizes(self, name: str, what: str, read: Callable[[], tuple[Sequence[int], int]]) -> None:
        """Add a histogram: how many were at most 1, 2, 4, 8..., each counted once, and the sum of all."""

        def family() -> Metric:
            counts, total = read()
            so_far = [sum(counts[: at + 1]) for at in range(len(counts))]
            buckets = [(str(float(1 << at)), float(count)) for at, count in enumerate(so_far)] + [("+Inf", float(so_far[-1]))]
            return HistogramMetricFamily(name, what, buckets=buckets, sum_value=total)

        self._readings.append(family)

    def collect(self) -> list[Metric]:
        """Read everything."""
        return [read() for read in self._readings]

    def text(self) -> bytes:
        """Return everything in Prometheus' own format."""
        return generate_latest(self._registry)


class Carried(Protocol):
    """What a bus between nodes counts."""

    sent: int
    received: int
    strange: int
    dropped: int
    resyncs: int

    def nodes(self) -> int:
        """Return how many nodes are known to live."""
        ...


def of_bus(metrics: Metrics, bus: Carried) -> None:
    """Add what a bus between nodes counts."""
    metrics.gauge("warung_nodes", "Nodes known to live, this one included.", bus.nodes)
    metrics.counter("warung_bus_sent", "Messages sent to the other nodes.", lambda: bus.sent)
    metrics.counter("warung_bus_received", "Messages that came from other nodes.", lambda: bus.received)
    metrics.counter("warung_bus_strange", "Messages on the bus that no node of ours wrote; ignored.", lambda: bus.strange)
    metrics.counter("warung_bus_dropped", "Events that could not be sent; those concerned are told to resync.", lambda: bus.dropped)
    metrics.counter("warung_bus_resyncs", "Times everybody here was told to resync.", lambda: bus.resyncs)


def networks(listed: str) -> list[Network]:
    """Return the networks in a comma separated list of addresses and networks. Raises `ValueError`."""
    return [ipaddress.ip_network(part.strip()) for part in listed.split(",") if part.strip()]
