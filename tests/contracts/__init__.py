"""Promises that every implementation of a port keeps, run against each of them."""
