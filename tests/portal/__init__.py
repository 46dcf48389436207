"""A portal on loopback that serves the sample, with faults to order."""
