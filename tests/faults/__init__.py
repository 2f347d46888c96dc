"""Real processes, real faults: what must hold whatever breaks."""
