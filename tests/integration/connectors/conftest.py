"""A hub's topics and an empty ledger, for the tests of the pollers."""

from tests.integration.ledger.conftest import engine
from tests.integration.router.conftest import desk

__all__ = ["desk", "engine"]
