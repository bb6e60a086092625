"""The indicators: facts, increments, periods, values."""
