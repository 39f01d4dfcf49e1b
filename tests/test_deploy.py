"""What `deploy/` hands an operator: the compose file can be read, and every setting it names exists."""

import importlib
import re
from pathlib import Path
from typing import Any

from warung.kit.site import Site
from warung.settings import Server

DEPLOY = Path(__file__).parents[1] / "deploy"
KNOWN = {f"WARUNG_{field.upper()}" for shape in (Server, Site) for field in shape.__struct_fields__}
NOT_OURS = {"POSTGRES_PASSWORD", "NATS_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY"}


def compose() -> dict[str, Any]:
    """Return the compose file, its anchors resolved."""
    read: dict[str, Any] = importlib.import_module("yaml").safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def test_the_compose_file_is_whole() -> None:
    services = compose()["services"]
    assert {"node-1", "node-2", "nats-1", "nats-2", "nats-3", "postgres", "bucket", "proxy"} == services.keys()
    for name, service in services.items():
        assert "image" in service, name
        assert set(service.get("depends_on", ())) <= services.keys(), name
    volumes = {mount.split(":")[0] for service in services.values() for mount in service.get("volumes", ()) if not mount.startswith(".")}
    assert volumes == compose()["volumes"].keys()


def test_every_setting_that_a_deployment_names_exists() -> None:
    for file in DEPLOY.iterdir():
        assert set(re.findall(r"\bWARUNG_[A-Z_]+\b", file.read_text())) <= KNOWN, file.name


def test_secrets_come_from_outside() -> None:
    text = (DEPLOY / "compose.yaml").read_text()
    for secret in NOT_OURS:
        assert re.search(rf"(PASSWORD|KEY|USER|pass|:)[^\n]*\$\{{{secret}\}}", text), secret
