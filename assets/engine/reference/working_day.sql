-- Title:   Working days (Lịch làm việc)
-- Grain:   day
-- Source:  Labour Code 2019, Art. 111-112; the days of reference.holiday
-- Version: 2026.1
--
-- Monday to Friday are worked unless reference.holiday says otherwise; of two days, the later
-- one's number less the earlier one's is the number of working days after the earlier one.
-- Every day that a dossier can count on stands here, for what joins it must lose none: nothing is
-- read as a day before 1900 (plausible_day), nothing counts after the cut-off.
WITH calendar AS (
    SELECT CAST(day AS DATE) AS day
    FROM range(DATE '1900-01-01', DATE '2100-01-01', INTERVAL 1 DAY) AS days(day)
),
judged AS (
    SELECT calendar.day, coalesce(holiday.is_working, isodow(calendar.day) <= 5) AS is_working
    FROM calendar
    LEFT JOIN reference.holiday ON holiday.day = calendar.day
)
SELECT
    day,
    is_working,
    -- A count with a FILTER would take a hundred times as long.
    CAST(sum(CAST(is_working AS INTEGER)) OVER (ORDER BY day) AS INTEGER) AS working_day_number
FROM judged
ORDER BY day
