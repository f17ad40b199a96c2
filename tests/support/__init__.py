"""What tests share: databases, people, builders, the checking client."""
