"""What a booking is: values, rules, use cases and the ports they ask for. Standard library only."""
