"""What turns the chapters into the site. Readers of the book never import it."""
