"""Layer on aiohttp: routes as a table, limits, rendered responses, caches and metrics."""
