-- Title:   Counts of each unit by itself (Số đếm riêng của từng đơn vị)
-- Grain:   period_kind, period_start, period_end, unit_code, unit_valid_from
-- Form:    II.06a/VPCP/KSTT, columns 3 to 13, day granularity
-- Source:  Circulars 02/2017/TT-VPCP, 01/2020/TT-VPCP; Decree 09/2019/ND-CP Art. 12
-- Version: 2026.1
--
-- Read it in three steps: what each dossier is (judged), dossiers alike counted once (alike),
-- what each period says of them (placed). Every date that matters becomes the reporting month in
-- which it was reached, so that one pass over the register serves every period. A month that was
-- not reached by the cut-off is 9999-12-31.
WITH cutoff AS (
    SELECT max(cutoff_date) AS day FROM reference.period
),
population AS (
    SELECT
        coalesce(unit.unit_code, 'unassigned') AS unit_code,
        coalesce(unit.valid_from, DATE '0001-01-01') AS unit_valid_from,
        coalesce(unit.unit_level, 'unassigned') AS unit_level,
        dossier.state,
        dossier.channel,
        dossier.received_date,
        dossier.due_date,
        dossier.supplement_requested_date,
        dossier.has_digitised_input,
        dossier.has_reused_input,
        dossier.has_e_result,
        coalesce(dossier.finished_date, dossier.returned_date, dossier.refused_date) AS ended_date,
        dossier.result_kind = 'refused' AND dossier.state IN ('finished', 'returned')
            OR dossier.state = 'refused_after_acceptance' AS is_refused,
        coalesce(dossier.is_paper_result_due, procedure.has_paper_result, true) AS needs_e_result,
        cutoff.day AS cutoff_day
    FROM core.dossier AS dossier
    CROSS JOIN cutoff
    LEFT JOIN reference.unit AS unit
        ON unit.unit_code = dossier.unit_code
        AND dossier.received_date BETWEEN unit.valid_from AND unit.valid_to
    LEFT JOIN reference.procedure AS procedure
        ON procedure.procedure_code = dossier.procedure_code
    WHERE dossier.state NOT IN ('new', 'not_accepted')
        AND dossier.received_date <= cutoff.day
),
judged AS (
    SELECT
        unit_code,
        unit_valid_from,
        unit_level,
        coalesce(channel, 'unknown') AS channel,
        CASE
            WHEN state = 'in_process' THEN 'in_process'
            WHEN state IN ('paused_supplement', 'paused_finance') THEN 'paused'
            WHEN state = 'paused_other' AND ended_date IS NULL THEN 'paused'
            WHEN ended_date IS NULL THEN 'closed_undated'
            WHEN ended_date < received_date THEN 'closed_before_received'
            WHEN state IN ('withdrawn', 'paused_other') OR is_refused THEN 'closed_other'
            ELSE 'resolved'
        END AS outcome,
        CASE
            WHEN due_date IS NULL THEN 'no_due_date'
            WHEN ended_date < due_date THEN 'early'
            WHEN ended_date = due_date THEN 'on_due_date'
            WHEN ended_date > due_date THEN 'late'
        END AS timeliness,
        due_date IS NOT NULL AS has_due_date,
        reporting_month(received_date) AS received_month,
        month_reached(ended_date, cutoff_day) AS ended_month,
        month_reached(coalesce(supplement_requested_date, received_date), cutoff_day)
            AS paused_month,
        month_reached(due_date + 1, cutoff_day) AS overdue_month,
        coalesce(has_digitised_input, false) AS has_digitised_input,
        coalesce(has_reused_input, false) AS has_reused_input,
        coalesce(has_e_result, false) AS has_e_result,
        coalesce(has_digitised_input, false)
            AND (coalesce(has_e_result, false) OR NOT needs_e_result) AS is_digitised
    FROM population
),
alike AS (
    SELECT *, count(*) AS dossier_count FROM judged GROUP BY ALL
),
period AS (
    SELECT *, period_start AS first_month, reporting_month(period_end) AS last_month
    FROM reference.period
),
placed AS (
    SELECT
        period.period_kind,
        period.period_start,
        period.period_end,
        alike.*,
        received_month BETWEEN first_month AND last_month AS is_received,
        received_month < first_month
            AND (outcome IN ('in_process', 'paused')
                OR outcome IN ('resolved', 'closed_other') AND ended_month >= first_month)
            AS is_carried_over,
        outcome = 'resolved' AND ended_month BETWEEN first_month AND last_month AS is_resolved,
        outcome = 'closed_other' AND ended_month BETWEEN first_month AND last_month
            AS is_closed_other,
        outcome = 'in_process'
            OR outcome IN ('resolved', 'closed_other') AND ended_month > last_month
            OR outcome = 'paused' AND paused_month > last_month AS is_pending,
        outcome = 'paused' AND paused_month <= last_month AS is_paused,
        overdue_month <= last_month AS is_overdue
    FROM period
    INNER JOIN alike ON alike.received_month <= period.last_month
),
paid_dossier AS (
    SELECT
        coalesce(unit.unit_code, 'unassigned') AS unit_code,
        coalesce(unit.valid_from, DATE '0001-01-01') AS unit_valid_from,
        coalesce(unit.unit_level, 'unassigned') AS unit_level,
        request.dossier_code,
        reporting_month(request.collected_date) AS collected_month,
        bool_or(request.method IS NOT DISTINCT FROM 'online') AS is_paid_online
    FROM core.payment_request AS request
    INNER JOIN core.dossier AS dossier ON dossier.dossier_code = request.dossier_code
    CROSS JOIN cutoff
    LEFT JOIN reference.unit AS unit
        ON unit.unit_code = dossier.unit_code
        AND coalesce(dossier.received_date, request.collected_date)
            BETWEEN unit.valid_from AND unit.valid_to
    WHERE request.state = 'paid'
        AND request.amount > 0
        AND request.collection IS DISTINCT FROM 'exempt'
        AND request.collected_date <= cutoff.day
    GROUP BY ALL
),
paid AS (
    SELECT
        period.period_kind,
        period.period_start,
        period.period_end,
        paid_dossier.unit_code,
        paid_dossier.unit_valid_from,
        paid_dossier.unit_level,
        count(DISTINCT dossier_code) AS payable_count,
        count(DISTINCT dossier_code) FILTER (WHERE is_paid_online) AS paid_online_count
    FROM period
    INNER JOIN paid_dossier ON paid_dossier.collected_month BETWEEN first_month AND last_month
    GROUP BY ALL
),
counted AS (
    SELECT
        period_kind,
        period_start,
        period_end,
        unit_code,
        unit_valid_from,
        unit_level,
        sum(dossier_count) FILTER (WHERE is_received) AS received_count,
        sum(dossier_count) FILTER (WHERE is_received AND channel = 'online')
            AS received_online_count,
        sum(dossier_count) FILTER (WHERE is_received AND channel = 'direct')
            AS received_direct_count,
        sum(dossier_count) FILTER (WHERE is_received AND channel = 'postal')
            AS received_postal_count,
        sum(dossier_count) FILTER (WHERE is_received AND channel = 'unknown')
            AS received_unknown_channel_count,
        sum(dossier_count) FILTER (WHERE is_carried_over) AS carried_over_count,
        sum(dossier_count) FILTER (WHERE is_received OR is_carried_over) AS total_to_handle_count,
        sum(dossier_count) FILTER (WHERE is_resolved) AS resolved_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND timeliness = 'early')
            AS resolved_early_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND timeliness = 'on_due_date')
            AS resolved_on_due_date_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND timeliness = 'late')
            AS resolved_late_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND timeliness = 'no_due_date')
            AS resolved_no_due_date_count,
        sum(dossier_count) FILTER (WHERE is_closed_other) AS closed_other_count,
        sum(dossier_count) FILTER (WHERE is_received AND outcome = 'closed_undated')
            AS closed_undated_count,
        sum(dossier_count) FILTER (WHERE is_received AND outcome = 'closed_before_received')
            AS closed_before_received_count,
        sum(dossier_count) FILTER (WHERE is_pending) AS pending_count,
        sum(dossier_count) FILTER (WHERE is_pending AND has_due_date AND NOT is_overdue)
            AS pending_in_time_count,
        sum(dossier_count) FILTER (WHERE is_pending AND has_due_date AND is_overdue)
            AS pending_overdue_count,
        sum(dossier_count) FILTER (WHERE is_pending AND NOT has_due_date)
            AS pending_no_due_date_count,
        sum(dossier_count) FILTER (WHERE is_paused) AS paused_count,
        sum(dossier_count) FILTER (WHERE is_received AND has_digitised_input)
            AS received_digitised_input_count,
        sum(dossier_count) FILTER (WHERE is_received AND has_reused_input)
            AS received_reused_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND has_e_result) AS resolved_e_result_count,
        sum(dossier_count) FILTER (WHERE is_resolved AND is_digitised) AS resolved_digitised_count
    FROM placed
    GROUP BY ALL
),
unit_of_period AS (
    -- A unit without a dossier still has its row of zeros.
    SELECT period_kind, period_start, period_end, unit_code, valid_from AS unit_valid_from,
        unit_level
    FROM reference.period
    INNER JOIN reference.unit
        ON unit.valid_from <= period.period_end AND unit.valid_to >= period.period_start
    UNION
    SELECT period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level
    FROM counted
    UNION
    SELECT period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level
    FROM paid
)
SELECT
    period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level,
    {{counts_or_zero}}
FROM unit_of_period
LEFT JOIN counted
    USING (period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level)
LEFT JOIN paid
    USING (period_kind, period_start, period_end, unit_code, unit_valid_from, unit_level)
