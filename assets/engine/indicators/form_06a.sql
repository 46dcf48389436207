-- Title:   Form II.06a (Biểu II.06a/VPCP/KSTT)
-- Grain:   period_kind, period_start, period_end, unit_code, scope, field_code
-- Form:    II.06a/VPCP/KSTT, columns 3 to 13
-- Source:  Circulars 02/2017/TT-VPCP, 01/2020/TT-VPCP; scoped.sql
-- Version: 2026.2
--
-- The form's own rules, whatever the settings say: a dossier withdrawn, or refused after
-- acceptance, is resolved on its due date (column 9), and a paused one is never overdue (column
-- 12). What the form has no column for is left out of 7 and 11, and counted in left_out_count.
WITH RECURSIVE {{ancestry}},
{{own}},
{{scoped}},
placed_on_form AS (
    SELECT * REPLACE ('all' AS field_code) FROM scoped
    UNION ALL BY NAME
    SELECT * FROM scoped WHERE scope = 'own' AND field_code IS NOT NULL
),
summed AS (
    SELECT period_kind, period_start, period_end, unit_code, scope, field_code, {{summed_counts}}
    FROM placed_on_form
    GROUP BY ALL
)
SELECT {{period_columns}}, unit_code, scope, field_code,
    received_count + carried_over_count AS column_3,
    received_online_count AS column_4,
    received_direct_count + received_postal_count + received_unknown_channel_count AS column_5,
    carried_over_count AS column_6,
    resolved_count + closed_other_count AS column_7,
    form_early_count AS column_8,
    form_on_time_count AS column_9,
    form_late_count AS column_10,
    pending_count + paused_count AS column_11,
    pending_in_time_count + pending_no_due_date_count + paused_count AS column_12,
    pending_overdue_count AS column_13,
    closed_undated_count + closed_before_received_count AS left_out_count
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
