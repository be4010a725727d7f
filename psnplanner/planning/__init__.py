"""Planning: which site in which phase, at what price, and proof that no rule is broken."""
