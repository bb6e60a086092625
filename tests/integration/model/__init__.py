"""Interleavings of deliveries, acknowledgements, absences and escalations, checked after each step."""
