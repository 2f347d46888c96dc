"""Pictures: layouts as plain functions, drawn pixels, colours as colour-blind people see them."""
