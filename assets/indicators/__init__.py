"""Layer indicators: counts and rates by period; the formulas stand in `engine/indicators/`."""
