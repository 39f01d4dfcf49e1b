"""The SQL of the sending of orders. One function per statement."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.wechatpay.model import Order, Parcel, Shipping

FIELDS = ", ".join(Shipping.__struct_fields__)
ORDER = ", ".join(f"o.{name}" for name in Order.__struct_fields__)
SENT = ", ".join(f"s.{name}" for name in Shipping.__struct_fields__)
WIDTH = len(Order.__struct_fields__)
_parcels = msgspec.json.Decoder(tuple[Parcel, ...])


def _shipping(row: Row) -> Shipping:
    order, logistics, split, parcels, done, corrected, *times = row
    return Shipping(order, logistics, bool(split), _parcels.decode(parcels), bool(done), bool(corrected), *times)


def put(tx: Tx, kept: Shipping) -> None:
    """Keep what is known of the sending of an order."""
    values: dict[str, Any] = msgspec.structs.asdict(kept) | {"parcels": msgspec.json.encode(kept.parcels).decode()}
    for name in ("split", "done", "corrected"):
        values[name] = int(values[name])
    places = ", ".join(f":{name}" for name in Shipping.__struct_fields__)
    anew = ", ".join(f"{name} = excluded.{name}" for name in Shipping.__struct_fields__[1:])
    tx.run(f"INSERT INTO wechatpay_shipping ({FIELDS}) VALUES ({places}) ON CONFLICT (order_id) DO UPDATE SET {anew}", values)


def one(reader: Reader, order_id: str) -> Shipping | None:
    """Return what is known of the sending of an order."""
    row = reader.one(f"SELECT {FIELDS} FROM wechatpay_shipping WHERE order_id = :id", {"id": order_id})
    return _shipping(row) if row else None


def paid(reader: Reader, appid: str, after: str, limit: int) -> list[tuple[Order, Shipping | None]]:
    """Return the paid orders of an appid behind one, in the order in which they were made, and how they were sent."""
    sql = f"""SELECT {ORDER}, {SENT} FROM wechatpay_order o LEFT JOIN wechatpay_shipping s ON s.order_id = o.id
        WHERE o.appid = :appid AND o.id > :after AND o.paid_at IS NOT NULL ORDER BY o.id LIMIT :limit"""
    rows = reader.all(sql, {"appid": appid, "after": after, "limit": limit})
    return [(Order(*row[:WIDTH]), _shipping(row[WIDTH:]) if row[WIDTH] is not None else None) for row in rows]
