"""Campaigns too long for the suite, which runs the same code for seconds: `python -m tests.campaigns.receiver_down`."""
