"""What tests of collecting share: settings for the demo portal, a clock, records."""
