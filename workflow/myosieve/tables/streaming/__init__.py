"""Tables too large to hold: read part by part, in order, and scattered into matrices."""
