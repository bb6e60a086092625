"""The gateway on a real Kafka and PostgreSQL."""
