"""HTTP: ingest, event status, schema registry (read part)."""
