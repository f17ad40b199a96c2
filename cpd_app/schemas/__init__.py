"""Outside text to typed input, and our objects to JSON: one module per feature."""
