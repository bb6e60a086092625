"""Indicators in PostgreSQL: facts as they come in, the cells that they add up to, and periods that were frozen."""
