"""Domain: values, rules, use cases and the ports they need. Standard library only."""
