"""Outbound channels: deliver one message, say accepted, transient or permanent."""
