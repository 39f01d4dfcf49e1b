"""Importers: read the history that people bring from WhatsApp and Telegram, and put it into conversations of its own.

with media.open_archive(path) as archive:
    export = open_export(archive, name="WhatsApp Chat with kopi club.zip")
    print(export.report())
    for line in export.lines():
        ...
"""

from pathlib import Path

from warung.importers.finding import open_export
from warung.importers.model import (
    AmbiguousDates,
    DateOrder,
    Export,
    Line,
    NotAnExport,
    Person,
    Report,
    SeveralChats,
    UnreadLine,
)
from warung.importers.routes import ROUTES
from warung.importers.running import Importing
from warung.importers.uploads import Claim, ClaimsChanged, Hints, Import, Progress, Settings
from warung.kit.domain import Domain

__all__ = [
    "DOMAIN",
    "AmbiguousDates",
    "Claim",
    "DateOrder",
    "Export",
    "Hints",
    "Import",
    "Importing",
    "Line",
    "NotAnExport",
    "Person",
    "Report",
    "Settings",
    "SeveralChats",
    "UnreadLine",
    "open_export",
]

DOMAIN = Domain(
    name="importers",
    routes=ROUTES,
    events=[Progress, ClaimsChanged],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)
