"""Claims due deliveries, drives the channels, owns the retries."""
