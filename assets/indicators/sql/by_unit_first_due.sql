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
)
SELECT {{period_columns}}, unit_code, scope,
    resolved_count, resolved_late_count,
    first_due_early_count, first_due_on_due_date_count, first_due_late_count, first_due_none_count,
    moved_due_date_count, pending_overdue_count, first_due_overdue_count,
    rate_pct(resolved_count - resolved_late_count, resolved_count) AS on_time_pct,
    rate_pct(resolved_count - first_due_late_count, resolved_count) AS first_due_on_time_pct
FROM summed
INNER JOIN reference.period USING (period_kind, period_start, period_end)
