-- Title:   Working days (Lịch làm việc)
-- Grain:   day
-- Source:  Labour Code 2019, Art. 111-112; the days of reference.holiday
-- Version: 2026.1
--
-- Monday to Friday are worked unless reference.holiday says otherwise; of two days, the later
-- one's number less the earlier one's is the number of working days after the earlier one.
WITH calendar AS (
    SELECT CAST(day AS DATE) AS day
    FROM range(DATE '2004-01-01', DATE '2036-01-01', INTERVAL 1 DAY) AS days(day)
),
judged AS (
    SELECT calendar.day, coalesce(holiday.is_working, isodow(calendar.day) <= 5) AS is_working
    FROM calendar
    LEFT JOIN reference.holiday ON holiday.day = calendar.day
)
SELECT
    day,
    is_working,
    CAST(count(*) FILTER (WHERE is_working) OVER (ORDER BY day) AS INTEGER) AS working_day_number
FROM judged
ORDER BY day
