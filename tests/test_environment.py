"""The machine under the tests: the private PostgreSQL and the browser."""

import subprocess

import psycopg

from tests.environment import OwnPostgres, chromium_path, postgres_database, postgres_template


def _menu(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE menu (dish text)")
        connection.execute("INSERT INTO menu VALUES ('soto')")


def _dishes(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [dish for (dish,) in connection.execute("SELECT dish FROM menu").fetchall()]


def test_each_database_is_its_own_copy_of_the_template() -> None:
    template = postgres_template("menu", _menu)
    with postgres_database(template) as first, postgres_database(template) as second:
        with psycopg.connect(first) as connection:
            connection.execute("INSERT INTO menu VALUES ('rawon')")
        assert _dishes(first) == ["soto", "rawon"]
        assert _dishes(second) == ["soto"]


def test_a_dropped_database_takes_open_connections_with_it() -> None:
    with postgres_database() as url:
        left_open = psycopg.connect(url)
    with left_open, left_open.cursor() as cursor:
        try:
            cursor.execute("SELECT 1")
        except psycopg.OperationalError:
            return
    raise AssertionError("the database is still there")


def test_a_cluster_that_is_killed_writes_to_the_disk_before_it_answers() -> None:
    own = OwnPostgres()
    own.start()
    with psycopg.connect(own.url) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert connection.execute(f"SHOW {setting}").fetchone() == ("on",)
    own.stop()


def test_the_cluster_of_all_tests_differs_from_an_operator_s_in_waiting_for_the_disk_alone() -> None:
    with postgres_database() as url, psycopg.connect(url) as connection:
        found = {
            setting: connection.execute(f"SHOW {setting}").fetchone() for setting in ("fsync", "synchronous_commit", "full_page_writes")
        }
    assert found == {"fsync": ("off",), "synchronous_commit": ("on",), "full_page_writes": ("on",)}


def test_chromium_starts() -> None:
    said = subprocess.run([chromium_path(), "--version"], capture_output=True, text=True, check=True).stdout
    assert "Chrom" in said
