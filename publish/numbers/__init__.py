"""From chapters that ran to the numbers that pages show, and to the pages of numbers.

claims.py reads what a chapter claims and what it shows, lists.py the tables that are written by hand, robustness.py how
often claims held in other runs. present.py prepares a chapter for its page, pages.py writes the pages of numbers with
html.py, and door.py the parts of the landing page.
"""
