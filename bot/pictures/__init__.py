"""Pictures: timelines, heat maps and the map of the campus, as PNG and SVG."""
