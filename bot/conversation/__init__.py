"""What commands are made of: from words to wishes, from wishes to bookings, offers and refusals."""
