"""The CPD service of engineering members; importing a rule must not load Flask."""
