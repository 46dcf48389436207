-- The last day that a file states, which may lie after the last day that it covers.

ALTER TABLE ops.delivery ADD COLUMN stated_to DATE;
