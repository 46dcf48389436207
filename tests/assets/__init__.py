"""What Dagster runs: jobs, sensors, alerts and checks over installations in temporary folders."""
