"""Fault campaigns on a whole hub: kill, freeze, cut off; then account for every id."""
