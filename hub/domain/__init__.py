"""The convention, as pure code: events, closed lists, rules, directory, deliveries.

Imports the standard library and itself only. No clock, no file, no socket, no partner's name in a rule.
"""
