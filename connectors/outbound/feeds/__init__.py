"""Feeds that people subscribe to: Atom and iCalendar, made of what the ledger shows."""
