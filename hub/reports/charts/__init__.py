"""Charts as SVG of their own: no script, no outside resource, legible without colour, beside a table of the numbers."""
