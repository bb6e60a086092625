"""What brings events in and carries messages out."""
