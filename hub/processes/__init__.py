"""One module per role: builds its parts, runs, stops cleanly."""
