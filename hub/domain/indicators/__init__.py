"""The convention's indicators, from events to figures: facts, their increments, the figures of a period.

The state is a set of facts, one for each counted event; figures are a function of that set alone, so that the order of
arrival, a repetition, a crash or a replay can change none of them.
"""
