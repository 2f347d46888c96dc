"""Stand-ins that speak the wire of the platforms Roomie lives on."""
