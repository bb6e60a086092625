"""What the convention says, rule by rule. `catalogue` lists the rules and names their version."""
