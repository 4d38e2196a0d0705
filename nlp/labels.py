"""Every label set: code, Vietnamese label, English label. The order is the order of the model's outputs."""

from typing import NamedTuple

from langnghe.records import Channel, Flag, Intent, PiiType, Sentiment, Urgency


class Label(NamedTuple):
    vi: str
    en: str


TOPICS: dict[str, Label] = {
    "traffic": Label("Giao thông", "Traffic"),
    "flooding": Label("Ngập nước, thoát nước", "Flooding and drainage"),
    "environment": Label("Môi trường, vệ sinh", "Environment and sanitation"),
    "urban_order": Label("Trật tự đô thị, xây dựng", "Urban order and construction"),
    "land_housing": Label("Đất đai, nhà ở, quy hoạch", "Land, housing and planning"),
    "public_security": Label("An ninh trật tự", "Public security"),
    "public_administration": Label("Thủ tục hành chính, cán bộ công vụ", "Public administration"),
    "utilities": Label("Điện, nước sạch, viễn thông, cây xanh", "Utilities and trees"),
    "health_food": Label("Y tế, an toàn thực phẩm", "Health and food safety"),
    "education": Label("Giáo dục", "Education"),
    "labour_welfare": Label("Lao động, an sinh xã hội", "Labour and welfare"),
    "economy_consumer": Label("Kinh tế, giá cả, người tiêu dùng", "Economy and consumers"),
    "culture_tourism_sport": Label("Văn hóa, thể thao, du lịch", "Culture, tourism and sport"),
    "fire_rescue": Label("Phòng cháy chữa cháy, cứu nạn", "Fire and rescue"),
    "digital_services": Label("Chuyển đổi số", "Digital services"),
    "other": Label("Khác", "Other"),
}
SENTIMENTS: dict[str, Label] = {
    Sentiment.NEGATIVE: Label("Tiêu cực", "Negative"),
    Sentiment.NEUTRAL: Label("Trung lập", "Neutral"),
    Sentiment.POSITIVE: Label("Tích cực", "Positive"),
}
INTENTS: dict[str, Label] = {
    Intent.REPORT: Label("Phản ánh", "Report"),
    Intent.COMPLAINT: Label("Khiếu nại", "Complaint"),
    Intent.DENUNCIATION: Label("Tố cáo", "Denunciation"),
    Intent.QUESTION: Label("Hỏi", "Question"),
    Intent.SUGGESTION: Label("Kiến nghị, hiến kế", "Suggestion"),
    Intent.PRAISE: Label("Khen ngợi, cảm ơn", "Praise"),
    Intent.NEWS: Label("Đưa tin", "News"),
    Intent.CHATTER: Label("Bình luận", "Remark"),
    Intent.SPAM: Label("Rác, quảng cáo", "Spam"),
}
URGENCIES: dict[str, Label] = {
    Urgency.NORMAL: Label("Bình thường", "Normal"),
    Urgency.HIGH: Label("Khẩn", "High"),
    Urgency.CRITICAL: Label("Nguy cấp", "Critical"),
}
CHANNELS: dict[str, Label] = {
    Channel.FACEBOOK: Label("Facebook", "Facebook"),
    Channel.ZALO: Label("Zalo", "Zalo"),
    Channel.TIKTOK: Label("TikTok", "TikTok"),
    Channel.YOUTUBE: Label("YouTube", "YouTube"),
    Channel.FORUM: Label("Diễn đàn", "Forum"),
    Channel.NEWS: Label("Báo chí", "News"),
    Channel.NEWS_COMMENT: Label("Bình luận báo chí", "News comment"),
    Channel.HOTLINE_1022: Label("Tổng đài 1022", "Hotline 1022"),
    Channel.CITIZEN_APP: Label("Ứng dụng công dân số", "Citizen app"),
    Channel.EMAIL: Label("Thư điện tử", "E-mail"),
    Channel.APP_REVIEW: Label("Đánh giá ứng dụng", "App review"),
}
FLAGS: dict[str, Label] = {
    Flag.GAMBLING_SEO: Label("Nội dung cờ bạc trá hình", "Gambling SEO"),
    Flag.ADVERTISING: Label("Quảng cáo", "Advertising"),
    Flag.ENCODING_SUSPECT: Label("Nghi lỗi bảng mã", "Encoding suspect"),
    Flag.DATE_UNSURE: Label("Ngày đăng chưa chắc", "Date unsure"),
    Flag.NO_COPY_NOTICE: Label("Có lời cấm sao chép", "No-copy notice"),
}
PII_TYPES: dict[str, Label] = {
    PiiType.PHONE: Label("Số điện thoại", "Phone number"),
    PiiType.ID_NUMBER: Label("Số CCCD/CMND", "Identity number"),
    PiiType.EMAIL: Label("Địa chỉ thư điện tử", "E-mail address"),
    PiiType.PLATE: Label("Biển số xe", "Licence plate"),
    PiiType.BANK_ACCOUNT: Label("Số tài khoản ngân hàng", "Bank account"),
    PiiType.PERSON: Label("Họ tên cá nhân", "Personal name"),
    PiiType.HOME_ADDRESS: Label("Địa chỉ nhà riêng", "Home address"),
}
HEADS: dict[str, tuple[str, ...]] = {
    "topic": tuple(TOPICS),
    "sentiment": tuple(map(str, SENTIMENTS)),
    "intent": tuple(map(str, INTENTS)),
    "urgency": tuple(map(str, URGENCIES)),
}
"""The classifier's heads and their outputs, in order; weights made for another order are refused."""
