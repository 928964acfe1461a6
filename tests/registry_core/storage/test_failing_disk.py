"""What a failing disk does to the storage; `make faults ONLY=io-errors` makes every call of an approval fail."""

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from registry_core.storage.engine import open_engine


def test_a_file_that_is_no_database_is_an_operational_error(tmp_path):
    path = tmp_path / "register.sqlite3"
    path.write_bytes(b"not a database, but long enough to look like one; " * 100)
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(OperationalError, match="not a database"), engine.connect():
        pass


def test_a_malformed_database_is_an_operational_error_that_shows_no_parameter(tmp_path):
    path = tmp_path / "register.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (name TEXT)"))
        connection.execute(text("INSERT INTO person VALUES ('somebody')"))
    engine.dispose()
    content = path.read_bytes()
    path.write_bytes(content[:4096] + bytes(len(content) - 4096))
    query = text("SELECT * FROM person WHERE name = :name")
    with pytest.raises(OperationalError, match="malformed") as failed, engine.connect() as connection:
        connection.execute(query, {"name": "canary"})
    assert "canary" not in str(failed.value)


def test_a_connection_that_cannot_write_is_not_used_again(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (name TEXT)"))
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(OperationalError, match="readonly"), engine.begin() as connection:
        connection.execute(text("INSERT INTO person VALUES ('one')"))
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO person VALUES ('two')"))
    with engine.begin() as connection:
        assert connection.execute(text("SELECT name FROM person")).scalars().all() == ["two"]


def test_a_full_disk_is_an_operational_error_and_room_is_enough_to_go_on(tmp_path):
    url = make_url(f"sqlite:///{tmp_path / 'register.sqlite3'}")
    engine = open_engine(url.render_as_string())
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE person (name TEXT)"))
        connection.exec_driver_sql("PRAGMA max_page_count=2")
    insert = text("INSERT INTO person VALUES (:name)")
    with pytest.raises(OperationalError, match="full"), engine.begin() as connection:
        connection.execute(insert, {"name": "x" * 100_000})
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000")
        connection.execute(insert, {"name": "x" * 100_000})
    with engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM person")).scalar() == 1
