"""Questions for a person at a desk: which one comes next, and what the hub proposes once nothing is left to ask.

`steps.next_step` is the door, for `hub ask` and for the portal. Answers are strings under the field's id; this room
keeps none of them, and asks for no name and no free text.
"""
