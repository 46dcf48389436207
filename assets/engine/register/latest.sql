-- Title:   What the register says of the versions of `changed_key`
-- Grain:   version_rowid
-- `version_order` ranks versions in the order of the docstring of this package.
WITH ranked AS (
    SELECT
        version.rowid AS version_rowid,
        version.{{key}} AS key,
        (delivery.source, delivery.export) AS place,
        outdated.version_rowid IS NOT NULL AS is_outdated,
        delivery.state = 'loaded' AND NOT is_outdated AS is_active,
        is_active OR delivery.state = 'superseded' AND delivery.is_snapshot AS is_evidence,
        {{first_due_date}} AS first_due_date,
        row_number() OVER (PARTITION BY version.{{key}} ORDER BY is_evidence DESC, is_outdated DESC,
            {{descending}}, is_active DESC, list_position({{states}}, {{state}}) DESC,
            version.delivery_id, version.part_number, version.row_number) AS rank
    FROM {{table}} AS version
    INNER JOIN ops.delivery AS delivery USING (delivery_id)
    LEFT JOIN outdated_version AS outdated ON outdated.version_rowid = version.rowid
    WHERE version.{{key}} IN (SELECT key FROM changed_key)
),
greatest AS (
    SELECT *,
        first_value(is_active) OVER by_rank AS is_held,
        first_value(place) OVER by_rank AS greatest_place,
        row_number() OVER (PARTITION BY key ORDER BY is_active DESC, rank) AS active_rank
    FROM ranked
    WINDOW by_rank AS (PARTITION BY key ORDER BY rank)
),
held AS (
    SELECT *,
        is_held OR bool_or(is_active AND place <> greatest_place) OVER (PARTITION BY key)
            AS is_in_register
    FROM greatest
)
SELECT version_rowid, first_due_date,
    is_in_register AND is_active AND active_rank = 1 AS is_latest,
    NOT is_in_register AND (is_evidence OR is_outdated) AND rank = 1 AS is_gone
FROM held
