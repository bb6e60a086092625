"""The ledger: PostgreSQL. Tables, their migrations, and queries by purpose; nothing here talks to Kafka."""
