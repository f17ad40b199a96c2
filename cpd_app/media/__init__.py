"""Photos and papers from outside: told apart by content, read in a process of their own."""
