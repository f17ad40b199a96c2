"""One function for one thing a person or a job does: load, may, decide, save, journal."""
