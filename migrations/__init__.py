"""The history of the tables; no migration imports the app's models."""
