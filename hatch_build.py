"""Build the web client together with the package; src/warung/web.py does the work."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def _load_web() -> ModuleType:
    """Load src/warung/web.py by its path: warung is not installed while it is being built."""
    spec = importlib.util.spec_from_file_location("web", Path(__file__).parent / "src/warung/web.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError("src/warung/web.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


web = _load_web()


class WebBuild(BuildHookInterface[Any]):
    """The build hook: runs for the wheel, the source distribution and an editable install."""

    def dependencies(self) -> list[str]:
        """Ask for node as a wheel only where there is something to build and no node to build it with."""
        return [] if web.is_fresh() or web.has_node() else [web.NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling collects the files; an editable install leaves it to the start of the server."""
        if version != "editable":
            web.build()
