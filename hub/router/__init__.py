"""Transactional loop: batch of events in, decisions out."""
