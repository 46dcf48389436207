-- The dossiers of a bench CSV as the national contract (DongBoHoSoMC) has them, an object a line:
-- every scalar a string, nested lists, about 1.2 KB each.
COPY (
    WITH dossier AS (
        SELECT *,
            -- One dossier in twenty has a second code.
            CASE WHEN CAST(c0 AS BIGINT) % 20 = 0 THEN 'H22.33-'
                || strftime(strptime(c11, '%d/%m/%Y %H:%M:%S'), '%y%m%d-') || lpad(c0, 7, '0')
                ELSE '' END AS other
        FROM read_csv('$file', auto_detect = false, header = false, skip = 1, delim = ';',
            quote = '"', escape = '"', columns = {$columns})
    )
    SELECT
        c1 AS "MaHoSo", other AS "MaHoSoKhac", c2 || '.000.00.00.H22' AS "MaTTHC",
        'Thủ tục đăng ký khai sinh' AS "TenTTHC", 'G15-TP08' AS "MaLinhVuc",
        'Hộ tịch' AS "TenLinhVuc",
        CASE c10 WHEN 'Trực tiếp' THEN '1' WHEN 'Trực tuyến' THEN '2'
            WHEN 'Bưu chính công ích' THEN '3' ELSE c10 END AS "KenhThucHien",
        c7 AS "SoGiayToChuHoSo", c6 AS "ChuHoSo", '1' AS "LoaiDoiTuong", '' AS "MaDoiTuong",
        '' AS "ThongTinKhac", '' AS "Email", c9 AS "Fax", c9 AS "SoDienThoai",
        'Hồ sơ của ' || c6 AS "TrichYeuHoSo",
        $submitted AS "NgayNopHoSo", $received AS "NgayTiepNhan", $due AS "NgayHenTra",
        CASE c23 WHEN 'Đã trả kết quả' THEN '10' WHEN 'Đã xử lý xong' THEN '9'
            WHEN 'Công dân yêu cầu rút hồ sơ' THEN '7' WHEN 'Yêu cầu bổ sung giấy tờ' THEN '5'
            ELSE '4' END AS "TrangThaiHoSo",
        $returned AS "NgayTra", '' AS "ThongTinTra", '0' AS "HinhThuc",
        $finished AS "NgayKetThucXuLy", '' AS "NgayTuChoi", c5 AS "DonViXuLy", '' AS "GhiChu",
        '2' AS "NoiNopHoSo", c19 AS "HoSoCoThanhPhanSoHoa", '1' AS "TaiKhoanDuocXacThucVoiVNeID",
        '0' AS "DuocThanhToanTrucTuyen",
        [{'LoaiDinhDanh': '1', 'SoDinhDanh': c7}] AS "DinhDanhCHS",
        [{'TepDinhKemId': c0, 'TenTepDinhKem': 'to-khai.pdf', 'IsDeleted': 'False',
          'DuocSoHoa': '1', 'DuocTaiSuDung': c20}]
            AS "TaiLieuNop",
        [{'TenPhiLePhi': 'Lệ phí', 'MaPhiLePhi': '1', 'HinhThucThu': '1', 'Gia': '8000',
          'LoaiPhiLePhi': '1'}] AS "DanhSachLePhi",
        [] AS "DanhSachTepDinhKemKhac",
        CASE WHEN c14 IS NULL THEN []
            ELSE [{'HoSoBoSungId': c0, 'NguoiYeuCauBoSung': 'Cán bộ Mẫu', 'NgayBoSung': $supplement}]
            END AS "DanhSachHoSoBoSung",
        CASE WHEN c21 = '0' THEN []
            ELSE [{'TenGiayTo': 'Giấy khai sinh', 'MaGiayToKetQua': 'KQ.G15.000001',
                   'DuongDanTepTinKetQua': '/tep/ket-qua.pdf'}] END AS "DanhSachGiayToKetQua"
    FROM dossier
) TO '$target' (FORMAT json)
