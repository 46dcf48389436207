-- Title:   Own counts of the periods asked for (Số đếm riêng của các kỳ cần tính)
-- Grain:   own: as own_count.sql; dossiers and payments in rows of their own
-- Form:    none; common table expression of the tables that add up own counts
-- Source:  own_count.sql, own_payment.sql
-- Version: 2026.2
own AS (
    SELECT * FROM (
        SELECT * FROM indicators.own_count
        UNION ALL BY NAME
        SELECT * FROM indicators.own_payment
    )
    SEMI JOIN wanted_period USING (period_kind, period_start, period_end)
)
