"""The ticket engine: what a desk is and does, in the standard library alone."""
