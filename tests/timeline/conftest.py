"""A ledger on the real PostgreSQL, empty for each timeline."""

from tests.integration.ledger.conftest import engine

__all__ = ["engine"]
