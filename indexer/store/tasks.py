"""The tables of the task queue (procrastinate), in a schema of their own beside a PostgreSQL store."""

from importlib.metadata import version

import sqlalchemy as sa
from procrastinate.schema import SchemaManager

from indexer.store.layout import LayoutError

SCHEMA = "shien_queue"


def prepare(engine: sa.Engine) -> None:
    """Makes the queue's tables, or makes them anew where an older procrastinate made them: what is in them can be
    computed again. LayoutError where a newer one did, or where the store is no PostgreSQL.
    """
    if engine.dialect.name != "postgresql":
        raise LayoutError("SHIEN_WORKERS needs a store in PostgreSQL: set SHIEN_DATABASE_URL")
    ours = version("procrastinate")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        there = connection.execute(
            sa.text("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = :name"),
            {"name": SCHEMA},
        ).scalar()
        if there == ours:
            return
        if there and _number(there) > _number(ours):
            raise LayoutError(f"a newer shien made the task queue (procrastinate {there}): update this one")
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
        connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}")
        connection.connection.cursor().execute(SchemaManager.get_schema())
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {SCHEMA} IS '{ours}'")


def workers(engine: sa.Engine, seconds: float) -> int:
    """How many workers have told within so many seconds that they are there."""
    query = sa.text(
        f"SELECT count(*) FROM {SCHEMA}.procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => :s)"
    )
    with engine.connect() as connection:
        return int(connection.execute(query, {"s": seconds}).scalar_one())


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split(".") if each.isdigit())
