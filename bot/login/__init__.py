"""How people prove who they are, whichever way this Roomie is set up to ask."""
