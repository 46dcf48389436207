-- Title:   What each dossier is (Dữ kiện của từng hồ sơ)
-- Grain:   facts: dossier_key
-- Form:    none; common table expressions of own_count.sql and explain.sql
-- Source:  Decree 09/2019/ND-CP Art. 12; portal states as in schemas/rows/exports.py
-- Version: 2026.2
--
-- Every date that matters becomes the reporting month in which it was reached, so that one pass
-- over the register serves every period. A month that was not reached by the day up to which the
-- dossier is counted (counted_to) is 9999-12-31.
basis AS (
    SELECT any_value(end_basis) AS end_basis FROM reference.period
),
population AS (
    SELECT
        dossier.*,
        coalesce(unit.unit_code, 'unassigned') AS counted_unit_code,
        coalesce(unit.valid_from, DATE '0001-01-01') AS unit_valid_from,
        coalesce(unit.unit_level, 'unassigned') AS unit_level,
        coalesce(procedure.procedure_code, 'unassigned') AS counted_procedure_code,
        coalesce(procedure.field_code, 'unassigned') AS field_code,
        ended_day(basis.end_basis, dossier.finished_date, dossier.returned_date,
            dossier.refused_date) AS ended_date,
        dossier.result_kind = 'refused' AND dossier.state IN ('finished', 'returned')
            OR dossier.state = 'refused_after_acceptance' AS is_refused,
        coalesce(dossier.is_paper_result_due, procedure.has_paper_result, true) AS needs_e_result
    FROM {{dossier}} AS dossier
    CROSS JOIN basis
    LEFT JOIN reference.unit AS unit
        ON unit.unit_code = dossier.unit_code
        AND dossier.received_date BETWEEN unit.valid_from AND unit.valid_to
    LEFT JOIN reference.procedure AS procedure
        ON procedure.procedure_code = dossier.procedure_code
    WHERE dossier.state NOT IN ('new', 'not_accepted')
        AND dossier.received_date <= dossier.counted_to
),
facts AS (
    SELECT
        {{dossier_columns}}
        counted_unit_code AS unit_code,
        unit_valid_from,
        unit_level,
        counted_procedure_code AS procedure_code,
        field_code,
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
        timeliness(ended_date, due_date) AS timeliness,
        timeliness(ended_date, first_due_date) AS first_timeliness,
        due_date IS NOT NULL AS has_due_date,
        first_due_date IS DISTINCT FROM due_date AS is_due_date_moved,
        reporting_month(received_date) AS received_month,
        month_reached(ended_date, counted_to) AS ended_month,
        month_reached(coalesce(supplement_requested_date, received_date), counted_to)
            AS paused_month,
        month_reached(due_date + 1, counted_to) AS overdue_month,
        month_reached(first_due_date + 1, counted_to) AS first_overdue_month,
        coalesce(has_digitised_input, false) AS has_digitised_input,
        coalesce(has_reused_input, false) AS has_reused_input,
        coalesce(has_e_result, false) AS has_e_result,
        coalesce(has_digitised_input, false)
            AND (coalesce(has_e_result, false) OR NOT needs_e_result) AS is_digitised
    FROM population
)
