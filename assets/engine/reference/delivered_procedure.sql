-- Procedures of delivered catalogues that reference/procedure.csv does not list. A catalogue names
-- fields; their code is made from the name as the CSV's are: `Hộ tịch` is HO_TICH.
INSERT INTO reference.procedure BY NAME
SELECT
    procedure_code, procedure_name,
    coalesce(upper(regexp_replace(strip_accents(replace(lower(field_name), 'đ', 'd')),
                                  '[^a-z0-9]+', '_', 'g')), 'UNKNOWN') AS field_code,
    coalesce(field_name, '') AS field_name,
    service_level, has_paper_result, has_fee,
    coalesce('Danh mục đã nạp, ' || issuing_authority, 'Danh mục đã nạp') AS source
FROM core.procedure ANTI JOIN reference.procedure USING (procedure_code)
