"""From source to executed: which chapters are out of date, and running them."""
