-- Title:   Payment requests and money by month (Yêu cầu thanh toán và số tiền theo tháng)
-- Grain:   period_start, unit_code, outcome, method
-- Form:    none; what authorities ask beside the rate of online payment
-- Source:  practice of local authorities
-- Version: 2026.1
--
-- A request counts on the day it was collected, a refund on the day it was paid back, any other on
-- the day it was asked for. What was refunded counts twice: `paid_refunded` when it was collected,
-- `refunded`, with its money negative, when it was paid back. So paid + paid_refunded is what was
-- collected in a month, and the sum with refunded is what stayed.
-- Money is summed at the grain of requests: no join multiplies it. A request without a dossier
-- counts once the dossier arrives (quarantine.orphan), one outside all periods never
-- (quarantine.outside).
WITH request AS (
    SELECT
        request.*,
        coalesce(dossier.unit_code, 'unassigned') AS unit_code,
        payment_day(request.state, requested_date, collected_date, request.refunded_date) AS day
    FROM core.payment_request AS request
    INNER JOIN core.dossier AS dossier USING (dossier_code)
),
movement AS (
    SELECT dossier_code, unit_code, method, day,
        CASE
            WHEN state IN ('refunded', 'cancelled') THEN state
            WHEN collection = 'exempt' THEN 'exempt'
            WHEN amount = 0 THEN 'zero_amount'
            ELSE state
        END AS outcome,
        CASE WHEN state = 'refunded' THEN -abs(amount) ELSE amount END AS amount
    FROM request
    UNION ALL
    SELECT dossier_code, unit_code, method, coalesce(collected_date, day), 'paid_refunded',
        abs(amount)
    FROM request WHERE state = 'refunded'
)
SELECT
    period.period_start, unit_code, outcome, coalesce(method, 'unknown') AS method,
    count(DISTINCT dossier_code) AS dossier_count,
    count(*) AS request_count,
    CAST(sum(amount) AS BIGINT) AS amount
FROM movement
INNER JOIN reference.period
    ON period.period_kind = 'month' AND day BETWEEN period.period_start AND period.cutoff_date
GROUP BY ALL
ORDER BY ALL
