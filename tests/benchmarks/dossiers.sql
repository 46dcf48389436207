-- $rows invented dossiers as the communes' CSV of the sample has them; people are marked `Mẫu`.
COPY (
    WITH dossier AS (
        SELECT i, h,
            DATE '2022-12-15' + CAST(hash(i * 7 + 1) % 335 AS INTEGER) AS received,
            CAST(hash(i * 3 + 2) % len(units) AS BIGINT) + 1 AS unit,
            hash(i * 5 + 3) % 100 AS fate, hash(i * 11 + 5) % 100 AS channel,
            units, procedures
        FROM (SELECT i, hash(i) AS h FROM range($rows) AS numbers(i)),
            (SELECT list(procedure_code ORDER BY procedure_code) AS procedures
             FROM read_csv('$procedures', all_varchar = true)),
            (SELECT list(unit_name ORDER BY unit_code) AS units
             FROM read_csv('$units', all_varchar = true) WHERE unit_level = 'commune'
                AND '2023-01-01' BETWEEN valid_from AND coalesce(valid_to, '9999-12-31'))
    ),
    dated AS (
        SELECT *, received + CAST(5 + hash(i * 13) % 20 AS INTEGER) AS due,
            received + CAST(hash(i * 17) % 22 AS INTEGER) AS finished
        FROM dossier
    )
    SELECT
        i + 1 AS "STT",
        printf('000.%02d.33.H22-%s-%07d', unit, strftime(received, '%y%m%d'), i) AS "Mã hồ sơ",
        procedures[1 + CAST(hash(i * 19) % len(procedures) AS BIGINT)] AS "Mã TTHC",
        'Thủ tục' AS "Tên TTHC",
        'Hộ tịch' AS "Lĩnh vực",
        units[unit] AS "Đơn vị xử lý",
        'Giàng Thị Mẫu ' || i AS "Chủ hồ sơ",
        printf('000990%06d', i % 1000000) AS "Số CCCD",
        'Thôn Mẫu ' || (i % 900) || CASE WHEN i % 20 = 0 THEN chr(10) ELSE ', ' END || 'Xín Mần'
            AS "Địa chỉ",
        printf('0990000%03d', i % 1000) AS "Số điện thoại",
        CASE WHEN i % 9973 = 0 THEN 'Fax' WHEN channel < 85 THEN 'Trực tuyến'
            WHEN channel < 98 THEN 'Trực tiếp' ELSE 'Bưu chính công ích' END AS "Kênh thực hiện",
        strftime(received, '%d/%m/%Y 08:00:00') AS "Ngày nộp hồ sơ",
        CASE WHEN i % 8887 = 0 THEN 'hôm qua' ELSE strftime(received, '%d/%m/%Y 09:30:00') END
            AS "Ngày tiếp nhận",
        strftime(due, '%d/%m/%Y 17:00:00') AS "Ngày hẹn trả",
        CASE WHEN fate = 96 THEN strftime(received + 3, '%d/%m/%Y 09:00:00') END
            AS "Ngày yêu cầu bổ sung",
        CASE WHEN fate < 96 THEN strftime(finished, '%d/%m/%Y 10:00:00') END
            AS "Ngày kết thúc xử lý",
        CASE WHEN fate < 90 THEN strftime(finished, '%d/%m/%Y 16:00:00') END AS "Ngày trả",
        NULL AS "Ngày từ chối",
        CASE WHEN fate < 94 THEN 'Kết quả' END AS "Loại kết quả",
        CAST(h % 3 > 0 AS INTEGER) AS "Số hóa TPHS",
        CAST(h % 5 = 0 AS INTEGER) AS "Tái sử dụng",
        CAST(h % 7 > 1 AS INTEGER) AS "Số hóa kết quả",
        'Trực tiếp' AS "Hình thức trả",
        CASE WHEN fate < 90 THEN 'Đã trả kết quả' WHEN fate < 94 THEN 'Đã xử lý xong'
            WHEN fate < 96 THEN 'Công dân yêu cầu rút hồ sơ'
            WHEN fate = 96 THEN 'Yêu cầu bổ sung giấy tờ' ELSE 'Đang xử lý' END AS "Trạng thái"
    FROM dated
    $only
) TO '$target' (HEADER, DELIMITER ';')
