"""PostgreSQL: tables, queries by purpose, migrations."""
