"""The write side: schema, database, migrations, importer, one file per thing a user writes."""
