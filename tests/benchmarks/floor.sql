-- The floor: bare DuckDB SQL doing the same work on the same file. Steps are parted by lines of
-- dashes; each is timed. No row numbers, no shapes of what was rejected, no register, no
-- publication for analysts: only what any program must do.
-- step: read, type, write
CREATE TABLE typed AS
SELECT
    CASE WHEN regexp_full_match(c1, '(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4}){0,3}-\d{6}-\d{4,7}')
        THEN c1 END AS dossier_code,
    CASE WHEN regexp_full_match(c2, '[1-9]\.\d{6}(\.(\d{3}\.\d{2}\.\d{2}\.)?[A-Z]\d{2}(\.\d{1,4})*)?')
        THEN left(c2, 8) END AS procedure_code,
    unit.unit_code,
    CASE c10 WHEN 'Trực tuyến' THEN 'online' WHEN 'Trực tiếp' THEN 'direct'
        WHEN 'Bưu chính công ích' THEN 'postal' WHEN 'Qua bưu chính công ích' THEN 'postal' END
        AS channel,
    CAST(try_strptime(c11, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS submitted_date,
    CAST(try_strptime(c12, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS received_date,
    CAST(try_strptime(c13, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS due_date,
    CAST(try_strptime(c14, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS supplement_requested_date,
    CAST(try_strptime(c15, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS finished_date,
    CAST(try_strptime(c16, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS returned_date,
    CAST(try_strptime(c17, ['%d/%m/%Y %H:%M:%S', '%d/%m/%Y']) AS DATE) AS refused_date,
    CASE c18 WHEN 'Kết quả' THEN 'result' WHEN 'Trả lại/Xin rút' THEN 'refused'
        WHEN 'Bổ sung' THEN 'supplement' WHEN 'Xin lỗi' THEN 'apology' END AS result_kind,
    CASE c19 WHEN 'Có' THEN true WHEN '1' THEN true WHEN 'Không' THEN false WHEN '0' THEN false END
        AS has_digitised_input,
    CASE c20 WHEN 'Có' THEN true WHEN '1' THEN true WHEN 'Không' THEN false WHEN '0' THEN false END
        AS has_reused_input,
    CASE c21 WHEN 'Có' THEN true WHEN '1' THEN true WHEN 'Không' THEN false WHEN '0' THEN false END
        AS has_e_result,
    CASE c23 WHEN 'Mới đăng ký' THEN 'new' WHEN 'Không được tiếp nhận' THEN 'not_accepted'
        WHEN 'Được tiếp nhận' THEN 'in_process' WHEN 'Đang xử lý' THEN 'in_process'
        WHEN 'Yêu cầu bổ sung giấy tờ' THEN 'paused_supplement'
        WHEN 'Yêu cầu thực hiện nghĩa vụ tài chính' THEN 'paused_finance'
        WHEN 'Dừng xử lý' THEN 'paused_other' WHEN 'Công dân yêu cầu rút hồ sơ' THEN 'withdrawn'
        WHEN 'Đã xử lý xong' THEN 'finished' WHEN 'Đã trả kết quả' THEN 'returned' END AS state,
    c10 IS NOT NULL AND channel IS NULL AS bad_channel,
    c2 IS NOT NULL AND procedure_code IS NULL AS bad_procedure,
    c11 IS NOT NULL AND submitted_date IS NULL AS bad_submitted,
    c12 IS NOT NULL AND received_date IS NULL AS bad_received,
    c13 IS NOT NULL AND due_date IS NULL AS bad_due,
    c14 IS NOT NULL AND supplement_requested_date IS NULL AS bad_supplement,
    c15 IS NOT NULL AND finished_date IS NULL AS bad_finished,
    c16 IS NOT NULL AND returned_date IS NULL AS bad_returned,
    c17 IS NOT NULL AND refused_date IS NULL AS bad_refused,
    c18 IS NOT NULL AND result_kind IS NULL AS bad_result,
    (c19 IS NOT NULL AND has_digitised_input IS NULL) OR (c20 IS NOT NULL AND has_reused_input IS NULL)
        OR (c21 IS NOT NULL AND has_e_result IS NULL) AS bad_flag
FROM read_csv('$file', auto_detect = false, header = false, skip = 1, delim = ';', quote = '"',
    escape = '"', columns = {$columns})
LEFT JOIN (SELECT unit_code, unit_name FROM read_csv('$units', all_varchar = true)
    WHERE '2023-01-01' BETWEEN valid_from AND coalesce(valid_to, '9999-12-31')) AS unit
    ON unit.unit_name = c5
-- step: count violations
SELECT count(*), count(*) FILTER (WHERE dossier_code IS NULL), count(*) FILTER (WHERE state IS NULL),
    count(*) FILTER (WHERE bad_channel), count(*) FILTER (WHERE bad_procedure),
    count(*) FILTER (WHERE bad_submitted), count(*) FILTER (WHERE bad_received),
    count(*) FILTER (WHERE bad_due), count(*) FILTER (WHERE bad_supplement),
    count(*) FILTER (WHERE bad_finished), count(*) FILTER (WHERE bad_returned),
    count(*) FILTER (WHERE bad_refused), count(*) FILTER (WHERE bad_result),
    count(*) FILTER (WHERE bad_flag)
FROM typed
-- step: latest row of each dossier
$latest
-- step: aggregate measures
CREATE TABLE measured AS
WITH period AS (
    SELECT * FROM (VALUES ('month', DATE '2023-10-15', DATE '2023-11-14'),
        ('year_to_date', DATE '2022-12-15', DATE '2023-11-14')) AS p(kind, d0, d1)
),
dossier_end AS (
    SELECT *, coalesce(finished_date, returned_date, refused_date) AS e,
        state IN ('finished', 'returned') AS is_closed FROM latest
)
SELECT kind, unit_code,
    count(*) FILTER (WHERE received_date >= d0) AS received_count,
    count(*) FILTER (WHERE received_date >= d0 AND channel = 'online') AS online_count,
    count(*) FILTER (WHERE received_date >= d0 AND channel = 'direct') AS direct_count,
    count(*) FILTER (WHERE received_date >= d0 AND channel = 'postal') AS postal_count,
    count(*) FILTER (WHERE received_date >= d0 AND channel IS NULL) AS unknown_count,
    count(*) FILTER (WHERE received_date < d0 AND (e IS NULL OR e >= d0)) AS carried_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1) AS resolved_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND e < due_date) AS early_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND e = due_date) AS on_due_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND e > due_date) AS late_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND due_date IS NULL) AS no_due_count,
    count(*) FILTER (WHERE state = 'withdrawn' AND e BETWEEN d0 AND d1) AS other_count,
    count(*) FILTER (WHERE is_closed AND e IS NULL AND received_date >= d0) AS undated_count,
    count(*) FILTER (WHERE is_closed AND e < received_date AND received_date >= d0) AS before_count,
    count(*) FILTER (WHERE state = 'in_process' OR e > d1) AS pending_count,
    count(*) FILTER (WHERE (state = 'in_process' OR e > d1) AND due_date >= d1) AS in_time_count,
    count(*) FILTER (WHERE (state = 'in_process' OR e > d1) AND due_date < d1) AS overdue_count,
    count(*) FILTER (WHERE (state = 'in_process' OR e > d1) AND due_date IS NULL) AS undue_count,
    count(*) FILTER (WHERE state LIKE 'paused%' AND supplement_requested_date <= d1) AS paused_count,
    count(*) FILTER (WHERE received_date >= d0 AND has_digitised_input) AS input_count,
    count(*) FILTER (WHERE received_date >= d0 AND has_reused_input) AS reused_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND has_e_result) AS e_result_count,
    count(*) FILTER (WHERE is_closed AND e BETWEEN d0 AND d1 AND has_digitised_input AND has_e_result)
        AS digitised_count
FROM period INNER JOIN dossier_end ON received_date <= d1
GROUP BY ALL
