"""Counting the indicators again, without Kafka."""
