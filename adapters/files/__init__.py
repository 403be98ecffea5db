"""What an upload really is, whatever its name says."""
