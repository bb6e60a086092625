"""What stands between the hub and addresses that somebody gave it: for channels out and pollers in alike."""
