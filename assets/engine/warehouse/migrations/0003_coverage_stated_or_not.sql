-- Whether a file states the last day that it covers; not known of files loaded before.

ALTER TABLE ops.delivery ADD COLUMN is_coverage_stated BOOLEAN;
