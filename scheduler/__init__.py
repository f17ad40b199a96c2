"""The clock and the workers: an edge like the pages, with nobody in front of it."""
