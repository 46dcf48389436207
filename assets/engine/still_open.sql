-- Title:   Periods with dossiers that their portal may still change (Kỳ còn hồ sơ có thể thay đổi)
-- Grain:   delivery_period x source x export
-- Reads the published files: `figures` is motcua.duckdb, `dossiers` is dossiers.duckdb.
-- That is what is open, what is closed and still lacks its day, and what is finished and not yet
-- handed over where that is the day that counts. Portals that give a withdrawal no day never do.
SELECT DISTINCT dossier.delivery_period, delivery.source, delivery.export
FROM dossiers.core.dossier AS dossier
JOIN figures.ops.delivery AS delivery USING (delivery_id)
CROSS JOIN (SELECT any_value(end_basis) AS end_basis FROM figures.reference.period)
WHERE delivery.source || '/' || delivery.export IN (SELECT unnest($asked))
    AND dossier.delivery_period < $before
    AND (dossier.state IN ('new', 'in_process', 'paused_supplement', 'paused_finance')
        OR dossier.state NOT IN ('not_accepted', 'withdrawn')
            AND coalesce(finished_date, returned_date, refused_date) IS NULL
        OR dossier.state = 'finished' AND returned_date IS NULL AND end_basis = 'returned')
ORDER BY ALL
