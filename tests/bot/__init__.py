"""What people say to Roomie and what it answers, through the real dispatcher on a real database."""
