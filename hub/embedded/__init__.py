"""The embedded Kafka, PostgreSQL and mail catcher."""
