"""Channels: each delivers one message and says accepted, transient or permanent."""
