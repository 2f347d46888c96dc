"""Result types, items of the grammar, day expressions and the step budget."""
