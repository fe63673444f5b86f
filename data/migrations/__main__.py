"""`python -m data.migrations`: bring the database that DATABASE_URL names to the present schema."""

from data.database import engine_for, migrate

if __name__ == "__main__":
    migrate(engine_for())
