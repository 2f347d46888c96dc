"""Sample campus for trying Roomie out, with people whose passwords are published."""
