"""`--reload`: run a command and start it again whenever a Python file of ours changes. For developers."""

import subprocess
import sys
import time
from pathlib import Path

LOOK_EVERY_S = 0.5


def forever(command: list[str], folder: Path = Path(__file__).parent) -> int:
    """Run `command` until it is interrupted; return 0."""
    while True:
        seen = _stamp(folder)
        process = subprocess.Popen([sys.executable, "-m", "warung", *command])
        try:
            while _stamp(folder) == seen:
                time.sleep(LOOK_EVERY_S)
        except KeyboardInterrupt:
            return 0
        finally:
            process.terminate()
            process.wait()


def _stamp(folder: Path) -> float:
    return max(file.stat().st_mtime for file in folder.rglob("*.py"))
