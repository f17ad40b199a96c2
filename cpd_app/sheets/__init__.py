"""What leaves the service as tables, in the reader's language; pages and worker share it."""
