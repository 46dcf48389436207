-- Title:   How many rows of a delivery are equal to an earlier one in every typed column
-- Grain:   one row
WITH several AS (
    FROM (SELECT *, {{record}} AS record FROM read_parquet($files)) SEMI JOIN repeated USING (record)
)
SELECT (SELECT count(*) FROM several)
    - (SELECT count(*) FROM (SELECT DISTINCT {{typed_columns}} FROM several))
