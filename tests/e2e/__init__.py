"""End to end: `hub up` as a newcomer starts it, used as institutions and operators use it."""
