"""The machine under the tests: the private PostgreSQL and the browser."""

import subprocess

import psycopg
import pytest

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


@pytest.mark.parametrize("change", ["ALTER TABLE menu ADD CHECK (dish <> 'rawon')", "ALTER TABLE menu RENAME TO gone"])
def test_a_used_database_comes_back_as_the_template_is_unless_its_tables_were_changed(change: str) -> None:
    template = postgres_template("menu", _menu)
    with postgres_database(template) as used, psycopg.connect(used) as connection:
        connection.execute("INSERT INTO menu VALUES ('rawon')")
        connection.execute("UPDATE menu SET dish = 'pecel' WHERE dish = 'soto'")
    with postgres_database(template) as again:
        assert (again, _dishes(again)) == (used, ["soto"])
        with psycopg.connect(again) as connection:
            connection.execute(change)
    with postgres_database(template) as other:
        assert (other != used, _dishes(other)) == (True, ["soto"])


def test_a_new_database_is_none_that_was_used() -> None:
    template = postgres_template("menu", _menu)
    with postgres_database(template) as used:
        pass
    with postgres_database(template, anew=True) as new, postgres_database(template) as again:
        assert (new != used, again == used, _dishes(new)) == (True, True, ["soto"])


def test_a_database_that_is_taken_back_takes_open_connections_with_it() -> None:
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
