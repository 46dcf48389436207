-- Title:   What each period says of a dossier (Mỗi kỳ tính một hồ sơ vào đâu)
-- Grain:   placed: period_kind, period_start, period_end, and a row of {{facts}}
-- Form:    II.06a/VPCP/KSTT, columns 3 to 13, day granularity
-- Source:  Circulars 02/2017/TT-VPCP, 01/2020/TT-VPCP; Decree 09/2019/ND-CP Art. 12
-- Version: 2026.2
--
-- Each column says whether the measure of that name counts the dossier (received: received_count).
-- Here, and nowhere else, stands what a measure counts; own_count.sql adds up, explain.sql lists.
spanned AS (
    SELECT
        period.*,
        facts.*,
        received_month BETWEEN period_start AND last_month AS received,
        received_month < period_start
            AND (outcome IN ('in_process', 'paused')
                OR outcome IN ('resolved', 'closed_other') AND ended_month >= period_start)
            AS carried_over,
        ended_month BETWEEN period_start AND last_month AS is_ended,
        outcome = 'resolved' AND is_ended AS finished,
        outcome = 'closed_other' AND is_ended AS closed_otherwise,
        finished OR closed_otherwise AND period.closed_other = 'resolved' AS resolved,
        outcome = 'in_process'
            OR outcome IN ('resolved', 'closed_other') AND ended_month > last_month
            OR outcome = 'paused' AND paused_month > last_month AS pending
    FROM (
        SELECT period_kind, period_start, period_end, closed_other,
            reporting_month(period_end) AS last_month
        FROM {{period}}
    ) AS period
    INNER JOIN {{facts}} AS facts ON facts.received_month <= period.last_month
),
placed AS (
    SELECT
        * EXCLUDE (finished, closed_otherwise, closed_other),
        received AND channel = 'online' AS received_online,
        received AND channel = 'direct' AS received_direct,
        received AND channel = 'postal' AS received_postal,
        received AND channel = 'unknown' AS received_unknown_channel,
        received OR carried_over AS total_to_handle,
        resolved AND timeliness = 'early' AS resolved_early,
        resolved AND timeliness = 'on_due_date' AS resolved_on_due_date,
        resolved AND timeliness = 'late' AS resolved_late,
        resolved AND timeliness = 'no_due_date' AS resolved_no_due_date,
        closed_otherwise AND NOT resolved AS closed_other,
        received AND outcome = 'closed_undated' AS closed_undated,
        received AND outcome = 'closed_before_received' AS closed_before_received,
        pending AND has_due_date AND overdue_month > last_month AS pending_in_time,
        pending AND has_due_date AND overdue_month <= last_month AS pending_overdue,
        pending AND NOT has_due_date AS pending_no_due_date,
        outcome = 'paused' AND paused_month <= last_month AS paused,
        received AND has_digitised_input AS received_digitised_input,
        received AND has_reused_input AS received_reused,
        resolved AND has_e_result AS resolved_e_result,
        resolved AND is_digitised AS resolved_digitised,
        finished AND timeliness = 'early' AS form_early,
        finished AND timeliness IN ('on_due_date', 'no_due_date') OR closed_otherwise
            AS form_on_time,
        finished AND timeliness = 'late' AS form_late,
        resolved AND first_timeliness = 'early' AS first_due_early,
        resolved AND first_timeliness = 'on_due_date' AS first_due_on_due_date,
        resolved AND first_timeliness = 'late' AS first_due_late,
        resolved AND first_timeliness = 'no_due_date' AS first_due_none,
        resolved AND is_due_date_moved AS moved_due_date,
        pending AND first_overdue_month <= last_month AS first_due_overdue
    FROM spanned
)
