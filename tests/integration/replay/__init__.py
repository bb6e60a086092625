"""Counting the indicators again from a real Kafka, and against a real ledger."""
