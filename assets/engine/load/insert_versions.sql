-- Title:   The accepted rows of a delivery as versions
-- Grain:   delivery_id, part_number, row_number
-- Of rows that are equal in every typed column the first one counts; `repeated` are the records on
-- more than one row.
INSERT INTO {{table}} BY NAME
WITH staged AS NOT MATERIALIZED (
    SELECT *, {{record}} AS record, {{own_code}} AS own_code, {{second_code}} AS second_code
    FROM read_parquet($files)
),
distinct_row AS (
    FROM staged ANTI JOIN repeated USING (record)
    UNION ALL
    FROM (FROM staged SEMI JOIN repeated USING (record))
    QUALIFY row_number() OVER (
        PARTITION BY {{typed_columns}} ORDER BY part_number, row_number) = 1
),
-- A second code under several first codes is a filler.
shared AS MATERIALIZED (
    SELECT second_code FROM staged WHERE second_code IS NOT NULL
    GROUP BY ALL HAVING count(DISTINCT own_code) > 1
),
coded AS (
    SELECT distinct_row.*, alias.dossier_code AS agreed_code
    FROM distinct_row LEFT JOIN core.dossier_alias AS alias ON alias_code = own_code
)
SELECT
    $delivery_id AS delivery_id, part_number, row_number,
    CAST($period AS DATE) AS delivery_period, true AS is_latest, false AS is_gone,
    CASE WHEN second_code IN (FROM shared) THEN list_append(coalesce(flags, []), '{{shared_flag}}')
         ELSE flags END AS flags,
    {{columns}}
FROM coded
