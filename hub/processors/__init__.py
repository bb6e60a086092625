"""Faust agents and timers: ledger intake, directory, rejects, heartbeat, status relay."""
