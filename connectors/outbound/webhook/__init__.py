"""Messages to systems over HTTP, signed as Standard Webhooks: addresses, keys, handshake, calls."""
