"""How good is it?  Question sets, metrics and runs; no server, no network."""
