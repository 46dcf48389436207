-- Rows whose counts do not balance, with the identity that breaks; no row means all is well.
-- The identities of form II.06a: 3 = 4+5+6, 7 = 8+9+10, 11 = 12+13, and all dossiers placed once.
WITH identity AS (
    SELECT *,
        carried_over_count + received_count = resolved_count + closed_other_count
            + pending_count + paused_count + closed_undated_count + closed_before_received_count
            AS all_placed,
        total_to_handle_count = carried_over_count + received_count AS total_adds_up,
        received_count = received_online_count + received_direct_count + received_postal_count
            + received_unknown_channel_count AS channels_add_up,
        resolved_count = resolved_early_count + resolved_on_due_date_count + resolved_late_count
            + resolved_no_due_date_count AS resolved_adds_up,
        pending_count = pending_in_time_count + pending_overdue_count + pending_no_due_date_count
            AS pending_adds_up,
        paid_online_count <= payable_count AND resolved_digitised_count <= resolved_count
            AND received_digitised_input_count <= received_count
            AND resolved_e_result_count <= resolved_count
            AND received_reused_count <= received_count AS parts_within_whole
    FROM {{table}}
)
SELECT
    period_kind, period_start, period_end, {{key}},
    concat_ws(', ',
        CASE WHEN all_placed IS NOT TRUE THEN 'to handle = resolved + other closings + pending + paused' END,
        CASE WHEN total_adds_up IS NOT TRUE THEN 'to handle = carried over + received' END,
        CASE WHEN channels_add_up IS NOT TRUE THEN 'received = sum of channels' END,
        CASE WHEN resolved_adds_up IS NOT TRUE THEN 'resolved = early + on due date + late + no due date' END,
        CASE WHEN pending_adds_up IS NOT TRUE THEN 'pending = in time + overdue + no due date' END,
        CASE WHEN parts_within_whole IS NOT TRUE THEN 'parts within their whole' END) AS broken
FROM identity
WHERE (all_placed AND total_adds_up AND channels_add_up AND resolved_adds_up
    AND pending_adds_up AND parts_within_whole) IS NOT TRUE
ORDER BY ALL
