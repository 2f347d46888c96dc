"""Discord adapter: gateway or HTTP interactions in, components out."""
