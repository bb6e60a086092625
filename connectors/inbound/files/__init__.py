"""Events from tables that people keep: a CSV file read row by row, and a receipt for every line of it."""
