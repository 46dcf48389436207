-- Title:   Processing time by procedure (Thời gian giải quyết theo thủ tục)
-- Grain:   period_kind, period_start, period_end, procedure_code
-- Form:    none; for management
-- Source:  Civil Code 2015 Art. 147-148 (the first day is not counted); reference.working_day
-- Version: 2026.2
--
-- Working days from reception to end of the resolved dossiers. Dossiers alike are counted once;
-- a percentile lies between the two dossiers next to it in order, in proportion.
WITH {{facts_sql}},
timed AS (
    SELECT procedure_code, field_code, outcome, ended_month,
        ended_day.working_day_number - received_day.working_day_number AS days,
        count(*) AS dossier_count
    FROM facts
    INNER JOIN reference.working_day AS received_day ON received_day.day = received_date
    INNER JOIN reference.working_day AS ended_day ON ended_day.day = ended_date
    WHERE outcome IN ('resolved', 'closed_other')
        AND ended_month >= (SELECT min(period_start) FROM wanted_period)
    GROUP BY ALL
),
histogram AS (
    SELECT period_kind, period_start, period_end, procedure_code, field_code, days,
        sum(dossier_count) AS dossier_count
    FROM wanted_period
    INNER JOIN reference.period USING (period_kind, period_start, period_end)
    INNER JOIN timed
        ON timed.ended_month BETWEEN period_start AND reporting_month(period_end)
        AND (timed.outcome = 'resolved' OR period.closed_other = 'resolved')
    GROUP BY ALL
),
ranked AS (
    SELECT *,
        sum(dossier_count) OVER (of_procedure ORDER BY days) AS up_to_count,
        sum(dossier_count) OVER of_procedure AS resolved_count
    FROM histogram
    WINDOW of_procedure AS (PARTITION BY period_kind, period_start, period_end, procedure_code)
),
measured AS (
    SELECT period_kind, period_start, period_end, procedure_code, field_code,
        resolved_count,
        sum(days * dossier_count) AS day_count,
        (resolved_count - 1) * 0.5 AS median_place,
        (resolved_count - 1) * 0.9 AS p90_place,
        min(days) FILTER (WHERE up_to_count > floor(median_place)) AS median_below,
        min(days) FILTER (WHERE up_to_count > ceil(median_place)) AS median_above,
        min(days) FILTER (WHERE up_to_count > floor(p90_place)) AS p90_below,
        min(days) FILTER (WHERE up_to_count > ceil(p90_place)) AS p90_above,
        max(days) AS longest_days
    FROM ranked
    GROUP BY ALL
)
SELECT {{period_columns}}, procedure_code, field_code,
    CAST(resolved_count AS BIGINT) AS resolved_count,
    round(CAST(day_count AS DECIMAL(18, 4)) / resolved_count, 2) AS average_days,
    median_below + (median_above - median_below) * (median_place - floor(median_place))
        AS median_days,
    p90_below + (p90_above - p90_below) * (p90_place - floor(p90_place)) AS p90_days,
    longest_days
FROM measured
INNER JOIN reference.period USING (period_kind, period_start, period_end)
