"""The desk's rules, pure: a snapshot and a moment go in, a decision comes out. Nothing here reads or writes."""
