"""The SQL of what is counted by day."""

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId


def count(tx: Tx, official: AccountId, day: str, hour: int, what: str, source: str, number: int = 1) -> None:
    """Count something."""
    sql = """INSERT INTO official_figure (official, day, hour, what, source, number, most)
        VALUES (:official, :day, :hour, :what, :source, :number, :number)
        ON CONFLICT (official, day, hour, what, source) DO UPDATE SET number = official_figure.number + :number,
        most = CASE WHEN official_figure.most < :number THEN :number ELSE official_figure.most END"""
    tx.run(sql, {"official": official, "day": day, "hour": hour, "what": what, "source": source, "number": number})


def count_upstream(tx: Tx, official: AccountId, day: str, hour: int, kind: str, openid: str) -> None:
    """Count that a follower wrote or pressed something."""
    sql = """INSERT INTO official_upstream (official, day, hour, kind, openid, number)
        VALUES (:official, :day, :hour, :kind, :openid, 1)
        ON CONFLICT (official, day, hour, kind, openid) DO UPDATE SET number = official_upstream.number + 1"""
    tx.run(sql, {"official": official, "day": day, "hour": hour, "kind": kind, "openid": openid})


def by_day(reader: Reader, official: AccountId, since: str, until: str, by_hour: bool) -> list[Row]:
    """Return (day, hour, what, source, number, most) of the days from `since` to `until`, both included."""
    hour = "hour" if by_hour else "0"
    sql = f"""SELECT day, {hour} AS h, what, source, SUM(number), MAX(most) FROM official_figure
        WHERE official = :official AND day >= :since AND day <= :until GROUP BY day, 2, what, source ORDER BY day, 2, what, source"""
    return reader.all(sql, {"official": official, "since": since, "until": until})


def followers_before(reader: Reader, official: AccountId, day: str) -> int:
    """Return how many followed when a day began."""
    sql = """SELECT COALESCE(SUM(CASE what WHEN 'new' THEN number WHEN 'gone' THEN -number ELSE 0 END), 0) FROM official_figure
        WHERE official = :official AND day < :day"""
    row = reader.one(sql, {"official": official, "day": day})
    return int(row[0]) if row else 0


def upstream(reader: Reader, official: AccountId, since: str, until: str, by_hour: bool) -> list[Row]:
    """Return (day, hour, kind, people, messages) of the days from `since` to `until`, both included."""
    hour = "hour" if by_hour else "0"
    sql = f"""SELECT day, {hour} AS h, kind, COUNT(DISTINCT openid), SUM(number) FROM official_upstream
        WHERE official = :official AND day >= :since AND day <= :until GROUP BY day, 2, kind ORDER BY day, 2, kind"""
    return reader.all(sql, {"official": official, "since": since, "until": until})


def writers(reader: Reader, official: AccountId, since: str, until: str) -> list[Row]:
    """Return (day, openid, messages) of what followers wrote on the days from `since` to `until`."""
    sql = """SELECT day, openid, SUM(number) FROM official_upstream
        WHERE official = :official AND day >= :since AND day <= :until AND kind LIKE 'message.%' GROUP BY day, openid ORDER BY day"""
    return reader.all(sql, {"official": official, "since": since, "until": until})


def pressed(reader: Reader, official: AccountId, since: str, until: str) -> list[Row]:
    """Return (kind, people, times) of menu buttons over the days from `since` to `until`."""
    sql = """SELECT kind, COUNT(DISTINCT openid), SUM(number) FROM official_upstream
        WHERE official = :official AND day >= :since AND day <= :until AND kind LIKE 'menu:%' GROUP BY kind ORDER BY 3 DESC, kind"""
    return reader.all(sql, {"official": official, "since": since, "until": until})
