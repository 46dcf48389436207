"""The commands on the sample: figures, corrections, back-ups, privacy, order of loading."""
