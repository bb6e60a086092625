"""The gateway's addresses, one module per purpose."""
