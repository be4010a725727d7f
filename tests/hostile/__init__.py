"""Files made to harm: small generators of them, and one verdict over all."""
