"""Derived work on Faust: what the router published becomes rows of the ledger; timers and the status relay."""
