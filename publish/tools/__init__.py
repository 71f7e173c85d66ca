"""What maintainers run by hand; no build needs it."""
