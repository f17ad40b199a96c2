"""The rules, pure: dates, hours, limits, states. Standard library only."""
