"""What portals usually call the columns, and how they usually write dates and amounts."""

import re

# National contract (DongBoHoSoMC), OpenCPS, iGate 2, spreadsheets, English; spelled as seen.
_DOSSIER_CODE = (
    "MaHoSo", "dossierNo", "code", "mã hồ sơ", "số hồ sơ", "mã số hồ sơ", "mã hs", "số hs",
    "số biên nhận", "dossier code", "dossier no.", "permit no.", "case number",
    "application number",
)  # fmt: skip
_STATE = ("trạng thái", "tình trạng", "status", "state")
_AMOUNT = ("SoTien", "paymentAmount", "amount", "tổng", "tổng cộng", "số tiền", "amount due",
           "total")  # fmt: skip

USUAL_HEADERS: dict[str, dict[str, tuple[str, ...]]] = {
    "dossier": {
        "dossier_code": _DOSSIER_CODE,
        "other_dossier_code": ("MaHoSoKhac", "nationCode", "mã hồ sơ quốc gia"),
        "procedure_code": ("MaTTHC", "serviceCode", "procedure.code", "mã tthc", "mã thủ tục",
                           "mã thủ tục hành chính", "procedure code"),
        "unit_code": ("DonViXuLy", "DonViId", "govAgencyCode", "govAgencyName", "agency.code",
                      "agency.name", "đơn vị tiếp nhận", "đơn vị giải quyết", "đơn vị xử lý",
                      "cơ quan", "cơ quan giải quyết", "nơi tiếp nhận", "office", "department",
                      "unit"),
        "channel": ("KenhThucHien", "applyMethod.name", "applyMethod", "hình thức nộp",
                    "kênh thực hiện", "loại tiếp nhận", "hình thức tiếp nhận", "channel",
                    "filed through", "submitted through"),
        "service_level": ("MucDo", "serviceLevel", "procedureLevel.name", "mức độ",
                          "loại dịch vụ công", "service level"),
        "submitted_date": ("NgayNopHoSo", "submitDate", "appliedDate", "ngày nộp", "nộp hồ sơ",
                           "ngày nộp hồ sơ", "filed", "submitted", "date filed",
                           "date submitted"),
        "received_date": ("NgayTiepNhan", "receiveDate", "acceptedDate", "ngày tiếp nhận",
                          "ngày nhận", "nhận hồ sơ", "ngày nhận hồ sơ", "accepted", "received",
                          "date received", "date accepted"),
        "due_date": ("NgayHenTra", "dueDate", "appointmentDate", "ngày hẹn trả",
                     "hẹn trả kết quả", "ngày hẹn trả kết quả", "hạn xử lý", "due", "due date",
                     "deadline"),
        "supplement_requested_date": ("DanhSachHoSoBoSung.NgayBoSung", "NgayYeuCauBoSung",
                                      "ngày yêu cầu bổ sung", "yêu cầu bổ sung"),
        "finished_date": ("NgayKetThucXuLy", "releaseDate", "completedDate",
                          "ngày kết thúc xử lý", "ngày có kết quả", "ngày xử lý xong", "decided",
                          "decision date", "completed"),
        "returned_date": ("NgayTra", "finishDate", "ngày trả", "ngày trả kết quả",
                          "ngày nhận kết quả", "handed over", "issued on", "returned"),
        "refused_date": ("NgayTuChoi", "ngày từ chối", "date refused"),
        "result_kind": ("LoaiKetQua", "loại kết quả"),
        "return_method": ("HinhThuc", "HinhThucTra", "dossierReceivingKind.name", "hình thức trả",
                          "hình thức trả kết quả"),
        "has_digitised_input": ("HoSoCoThanhPhanSoHoa", "HoSoCoThanhPhanSoHo", "số hóa tphs",
                                "số hóa thành phần hồ sơ"),
        "has_reused_input": ("TaiLieuNop.DuocTaiSuDung", "tái sử dụng"),
        "has_e_result": ("DanhSachGiayToKetQua.DuongDanTepTinKetQua", "DinhKemKetQua",
                         "số hóa kết quả", "kết quả điện tử"),
        "exclusion": ("đã xóa", "hồ sơ thử", "deleted"),
        "state": ("TrangThaiHoSo", "dossierStatus", "dossierStatus.name",
                  "dossierTaskStatus.name", *_STATE, "kết quả"),
    },
    "payment": {
        "request_code": ("Ma", "mã yêu cầu", "mã yêu cầu thanh toán", "invoice", "invoice no."),
        "dossier_code": (*_DOSSIER_CODE, "hồ sơ"),
        "requested_date": ("NgayYeuCau", "ngày yêu cầu", "billed on", "invoice date"),
        "collected_date": ("NgayThuPhi", "paidDate", "confirmDatetime", "ngày thu",
                           "ngày thanh toán", "paid on"),
        "refunded_date": ("NgayHoanPhi", "ngày hoàn phí", "refunded on"),
        "fee_amount": ("Phi", "feeAmount", "phí"),
        "charge_amount": ("LePhi", "lệ phí"),
        "amount": _AMOUNT,
        "method": ("HinhThucThanhToan", "paymentMethod", "paymentMethod.name",
                   "hình thức thanh toán", "paid by", "payment method"),
        "collection": ("HinhThucThu", "hình thức thu"),
        "receipt_numbers": ("SoBienLai", "invoiceNo", "số biên lai"),
        "state": ("TrangThai", "paymentStatus", *_STATE, "fee status", "payment status"),
    },
    "transaction": {
        "transaction_code": ("MaGiaoDich", "mã giao dịch", "mã tham chiếu", "transaction no."),
        "request_code": ("YeuCauThanhToan", "MaThamChieu", "mã yêu cầu"),
        "dossier_code": (*_DOSSIER_CODE, "hồ sơ"),
        "transaction_date": ("ThoiGianGD", "thời gian giao dịch", "ngày giao dịch"),
        "amount": _AMOUNT,
        "state": ("TrangThaiGD", "TrangThai", *_STATE),
    },
    "receipt": {
        "receipt_number": ("SoBienLai", "invoiceNo", "số biên lai", "receipt no."),
        "request_code": ("mã yêu cầu",),
        "dossier_code": (*_DOSSIER_CODE, "hồ sơ"),
        "issued_date": ("NgayLapHoaDonPhi", "NgayLapHoaDonLePhi", "ngày lập", "ngày biên lai"),
        "fee_kind": ("LoaiPhiLePhi", "loại phí, lệ phí", "loại phí"),
        "amount": _AMOUNT,
    },
    "procedure": {
        "procedure_code": ("MaTTHC", "mã tthc", "mã thủ tục", "mã số", "mã thủ tục hành chính"),
        "procedure_name": ("TenTTHC", "tên thủ tục", "tên tthc", "tên thủ tục hành chính",
                           "thủ tục", "tên"),
        "field_name": ("TenLinhVuc", "lĩnh vực"),
        "issuing_authority": ("cơ quan công bố", "cơ quan ban hành"),
        "service_level": ("MucDo", "mức độ", "loại dịch vụ công"),
    },
}  # fmt: skip

# By which of day and month stands first; formats with the year first go with either.
USUAL_DATE_FORMATS: dict[str, tuple[str, ...]] = {
    "day": ("%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%H:%M:%S %d/%m/%Y",
            "%H:%M %d/%m/%Y", "%d/%m/%Y %I:%M:%S %p", "%d/%m/%Y %I:%M %p", "%d-%m-%Y %H:%M:%S",
            "%d-%m-%Y", "%d.%m.%Y"),
    "month": ("%m/%d/%Y %I:%M %p", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S",
              "%m/%d/%Y %H:%M", "%m/%d/%Y", "%m-%d-%Y", "%b %d, %Y", "%B %d, %Y"),
    "year": ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%g%z",
             "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%gZ", "%Y-%m-%dT%H:%M:%S",
             "%Y%m%d%H%M%S", "%Y%m%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d"),
}  # fmt: skip

# Grouping and decimal mark.
USUAL_MARKS = ((".", ","), (",", "."), (" ", ","), ("'", "."), ("", "."), ("", ","))

# A column with such a header holds people: nothing of its cells is ever shown.
PEOPLE_HEADER = re.compile(
    r"người|nguoi|chủ hồ sơ|chuhoso|họ tên|họ và tên|hoten|điện thoại|dienthoai|địa chỉ|diachi|"
    r"cccd|cmnd|định danh|dinhdanh|giấy tờ chủ|ngày sinh|cán bộ|"
    r"applicant|owner|payer|citizen|person|full ?name|phone|address|e-?mail|birth|identity",
    re.IGNORECASE,
)
