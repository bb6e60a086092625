"""What the hub costs, against a bare loop that does the same transport in the same run. One module per benchmark."""
