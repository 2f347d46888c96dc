"""The doors people come through; each a package with an adapter and a renderer."""
