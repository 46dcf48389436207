-- Title:   Judged by the first due date (Đánh giá theo ngày hẹn trả ban đầu)
-- Grain:   period_kind, period_start, period_end, unit_code, scope
-- Form:    none; for management, beside the official rate
-- Source:  Decree 61/2018/ND-CP Art. 19.9: a due date may be moved once; scoped.sql
-- Version: 2026.2
WITH RECURSIVE {{ancestry}},
{{own}},
{{scoped}},
summed AS (
    SELECT period_kind, period_start, period_end, unit_code, scope, {{summed_counts}}
    FROM scoped
    GROUP BY ALL
),
rated AS (
    SELECT *,
        {{rates}}
    FROM summed
)
SELECT {{period_columns}}, unit_code, scope,
    resolved_count, resolved_late_count,
    first_due_early_count, first_due_on_due_date_count, first_due_late_count, first_due_none_count,
    moved_due_date_count, pending_overdue_count, first_due_overdue_count,
    on_time_pct, first_due_on_time_pct
FROM rated
INNER JOIN reference.period USING (period_kind, period_start, period_end)
