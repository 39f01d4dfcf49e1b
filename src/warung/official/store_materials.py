"""The SQL of materials."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, BlobId
from warung.official.model_materials import Material

COLUMNS = "media_id, official, kind, blob, name, title, introduction, permanent, expires_at, created_at"


def _material(row: Row) -> Material:
    media_id, official, kind, blob, name, title, introduction, permanent, *rest = row
    return Material(media_id, official, kind, blob, name, title, introduction, bool(permanent), *rest)


def insert(tx: Tx, material: Material) -> None:
    """Keep a material."""
    sql = f"""INSERT INTO official_material ({COLUMNS}) VALUES (:media_id, :official, :kind, :blob, :name, :title, :introduction,
        :permanent, :expires_at, :created_at)"""
    tx.run(sql, msgspec.structs.asdict(material) | {"permanent": int(material.permanent)})


def one(reader: Reader, media_id: str) -> Material | None:
    """Return a material, whoever keeps it."""
    row = reader.one(f"SELECT {COLUMNS} FROM official_material WHERE media_id = :id", {"id": media_id})
    return _material(row) if row else None


def of_blob(reader: Reader, official: AccountId, blob: BlobId) -> Material | None:
    """Return the material of an account that a blob is."""
    sql = f"SELECT {COLUMNS} FROM official_material WHERE blob = :blob AND official = :official"
    row = reader.one(sql, {"blob": blob, "official": official})
    return _material(row) if row else None


def page(reader: Reader, official: AccountId, kinds: Sequence[str], offset: int, limit: int) -> list[Material]:
    """Return permanent materials of these kinds, newest first."""
    sql = f"""SELECT {COLUMNS} FROM official_material WHERE official = :official AND permanent = 1 AND kind IN :kinds
        ORDER BY created_at DESC, media_id LIMIT :limit OFFSET :offset"""
    params: dict[str, Any] = {"official": official, "kinds": list(kinds), "limit": limit, "offset": offset}
    return [_material(row) for row in reader.all(sql, params)]


def counts(reader: Reader, official: AccountId) -> dict[str, int]:
    """Return how many permanent materials there are of each kind."""
    sql = "SELECT kind, COUNT(*) FROM official_material WHERE official = :official AND permanent = 1 GROUP BY kind"
    return dict(reader.all(sql, {"official": official}))


def delete(tx: Tx, media_id: str) -> None:
    """Forget a material."""
    tx.run("DELETE FROM official_material WHERE media_id = :id", {"id": media_id})
