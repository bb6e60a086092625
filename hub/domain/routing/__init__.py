"""From an event to its routings, with the reasons: the decision table of the convention."""
