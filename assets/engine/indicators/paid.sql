-- Title:   Dossiers that paid (Hồ sơ đã nộp phí, lệ phí)
-- Grain:   paid_dossier: dossier_key, collected_month
-- Form:    none; common table expressions of own_payment.sql and explain.sql
-- Source:  practice of local authorities
-- Version: 2026.2
--
-- A request counts on the day it was collected; what is exempt, free, refunded or cancelled does
-- not. A dossier without a reception day belongs to the unit record of the day it first paid.
paid_request AS (
    SELECT request.*,
        dossier.unit_code,
        dossier.procedure_code,
        coalesce(dossier.received_date,
            min(request.collected_date) OVER (PARTITION BY request.dossier_key)) AS unit_day
    FROM core.payment_request AS request
    INNER JOIN core.dossier AS dossier ON dossier.dossier_key = request.dossier_key
    WHERE request.state = 'paid'
        AND request.amount > 0
        AND request.collection IS DISTINCT FROM 'exempt'
        AND request.collected_date <= (SELECT max(cutoff_date) FROM reference.period)
),
paid_dossier AS (
    SELECT
        request.dossier_key,
        coalesce(unit.unit_code, 'unassigned') AS unit_code,
        coalesce(unit.valid_from, DATE '0001-01-01') AS unit_valid_from,
        coalesce(unit.unit_level, 'unassigned') AS unit_level,
        coalesce(procedure.procedure_code, 'unassigned') AS procedure_code,
        coalesce(procedure.field_code, 'unassigned') AS field_code,
        reporting_month(request.collected_date) AS collected_month,
        bool_or(request.method IS NOT DISTINCT FROM 'online') AS is_paid_online
    FROM paid_request AS request
    LEFT JOIN reference.unit AS unit
        ON unit.unit_code = request.unit_code
        AND request.unit_day BETWEEN unit.valid_from AND unit.valid_to
    LEFT JOIN reference.procedure AS procedure
        ON procedure.procedure_code = request.procedure_code
    GROUP BY ALL
)
