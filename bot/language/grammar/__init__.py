"""Time grammar: tokens to items, items to a phrase."""
