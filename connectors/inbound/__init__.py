"""Pollers that fetch, check, give an id, publish and keep a receipt."""
