-- Title:   Periods whose dossiers were open when their portal last told of them (Kỳ còn hồ sơ chưa xong)
-- Grain:   delivery_period x source x export
-- Reads the published files: `figures` is motcua.duckdb, `dossiers` is dossiers.duckdb.
SELECT DISTINCT dossier.delivery_period, delivery.source, delivery.export
FROM dossiers.core.dossier AS dossier
JOIN figures.ops.delivery AS delivery USING (delivery_id)
WHERE delivery.source || '/' || delivery.export IN (SELECT unnest($asked))
    AND dossier.delivery_period < $before
    AND (dossier.state IN ('new', 'in_process', 'paused_supplement', 'paused_finance')
        OR dossier.state = 'paused_other'
            AND coalesce(finished_date, returned_date, refused_date) IS NULL)
ORDER BY ALL
