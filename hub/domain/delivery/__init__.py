"""The life of a delivery: its states, its media, its hour, its escalation, its account."""
