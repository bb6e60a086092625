"""Count the indicators again from the topics: what hub.decisions and hub.statuses still hold, in flat memory.

The facts of each record go to a temporary file, by thread; then thread after thread is counted with the function that
the live count uses. Nothing here writes to Kafka or to the ledger.
"""
