-- Title:   Periods with dossiers that their portal may still change (Kỳ còn hồ sơ có thể thay đổi)
-- Grain:   first day of a period, or a day of reception within it x source x export
-- Reads the published files: `figures` is motcua.duckdb, `dossiers` is dossiers.duckdb.
-- That is what is open, what is closed and still lacks its day, and what is finished and not yet
-- handed over where that is the day that counts. Portals that give a withdrawal no day never do.
-- A row of an old delivery of changes may be of another period than its delivery.
WITH placed AS (
    SELECT dossier.*, delivery.source, delivery.export,
        CASE WHEN collection.changes_known_at IS NULL THEN dossier.delivery_period
            ELSE coalesce(dossier.received_date, dossier.delivery_period) END AS day
    FROM dossiers.core.dossier AS dossier
    JOIN figures.ops.delivery AS delivery USING (delivery_id)
    LEFT JOIN figures.ops.collection AS collection USING (delivery_id)
)
SELECT DISTINCT CAST(day AS DATE) AS day, source, export
FROM placed
CROSS JOIN (SELECT any_value(end_basis) AS end_basis FROM figures.reference.period)
WHERE source || '/' || export IN (SELECT unnest($asked))
    AND day < $before
    AND (state IN ('new', 'in_process', 'paused_supplement', 'paused_finance')
        OR state NOT IN ('not_accepted', 'withdrawn')
            AND coalesce(finished_date, returned_date, refused_date) IS NULL
        OR state = 'finished' AND returned_date IS NULL AND end_basis = 'returned')
ORDER BY ALL
