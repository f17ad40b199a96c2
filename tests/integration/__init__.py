"""With a real database: use cases first, then a thin layer for pages, API, commands and jobs."""
