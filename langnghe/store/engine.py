"""Opening the database: SQLite in WAL mode or PostgreSQL, migrated to the newest schema."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from langnghe.errors import StoreError
from langnghe.settings import Settings

BUSY_TIMEOUT_MS = 30_000
MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True)
class Store:
    """One database. Give it to the functions of this package; close it when done."""

    engine: Engine

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that sees one state of the database. Raises StoreError."""
        with _translated(), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed at the end or leaves no trace. Raises StoreError.

        On SQLite it takes the writer's lock at once, so that it cannot fail half-way for want of it.
        """
        with _translated(), self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            yield connection

    def insert(self, table: Table) -> "sqlite.Insert | postgresql.Insert":
        """An INSERT that knows `on_conflict_do_update` in the dialect at hand."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def serialise(self, connection: Connection, name: str) -> None:
        """Makes transactions that name the same thing follow each other; on SQLite all writers do so anyway."""
        if not self.is_sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})

    def close(self) -> None:
        self.engine.dispose()


def open_store(settings: Settings) -> Store:
    """Opens the database of the settings and brings its schema up to date.

    Raises StoreError when it cannot be reached or belongs to a newer version.
    """
    url = make_url(settings.resolved_database_url)
    settings.home.mkdir(parents=True, exist_ok=True)
    engine = build_engine(url)
    with _translated(), FileLock(settings.home / "migrate.lock", timeout=60):
        _migrate(engine)
    return Store(engine)


def build_engine(url: URL) -> Engine:
    """An engine whose transactions begin when we say so; opens no connection."""
    engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: object, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # type: ignore[attr-defined]
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "mmap_size=0",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _migrate(engine: Engine) -> None:
    """Alembic takes longer to import than most commands to run, so it is asked only when there is work for it."""
    if _schema_version(engine) == max(path.name.split("_")[0] for path in MIGRATIONS.glob("versions/*.py")):
        return
    from alembic import command
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _schema_version(engine: Engine) -> str | None:
    """None for an empty database."""
    with engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OperationalError as error:
        raise StoreError(f"Không dùng được cơ sở dữ liệu lúc này: {error.orig}") from error
    except DBAPIError as error:
        if "disk" in str(error.orig).lower():
            raise StoreError(f"Không ghi được cơ sở dữ liệu: {error.orig}") from error
        raise
