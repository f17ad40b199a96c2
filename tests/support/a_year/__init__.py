"""A simulated year: a plan of what happens to whom, the world it is played in, and who is told."""
