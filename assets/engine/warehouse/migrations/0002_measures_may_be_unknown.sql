-- A measure that is added later is not known for rows that were reported before.

ALTER TABLE ops.revision ALTER COLUMN received_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_online_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_direct_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_postal_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_unknown_channel_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN carried_over_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN total_to_handle_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_early_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_on_due_date_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_late_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_no_due_date_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN closed_other_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN closed_undated_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN closed_before_received_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN pending_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN pending_in_time_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN pending_overdue_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN pending_no_due_date_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN paused_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_digitised_input_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN received_reused_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_e_result_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN resolved_digitised_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN payable_count DROP NOT NULL;
ALTER TABLE ops.revision ALTER COLUMN paid_online_count DROP NOT NULL;
