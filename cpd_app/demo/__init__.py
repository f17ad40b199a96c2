"""Demo data: two societies and two hundred people who do not exist, plainly marked 示范."""
