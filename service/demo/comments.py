"""What customers of the demo company say, by mood and language."""

from __future__ import annotations

# Index 0: unhappy, 1: so-so, 2: happy
ENGLISH: tuple[tuple[str, ...], ...] = (
    (
        "The parcel came a week late and nobody told us.",
        "Two of the items were damaged. The box was far too thin.",
        "I had to call three times before anybody answered.",
        "Too expensive for what it is.",
        "The device failed after a month.",
        "Wrong invoice, again.",
    ),
    (
        "Works, but the manual is hard to understand.",
        "Delivery was fine, the packaging could be better.",
        "Good products, slow answers.",
        "As expected.",
        "Prices went up again.",
    ),
    (
        "Quick, friendly, no surprises.",
        "Best sensors we have had so far.",
        "Our contact always calls back the same day.",
        "Easy to order, arrived the next morning.",
        "Already recommended you to two colleagues.",
        "Great coffee, too!",
    ),
)
CHINESE: tuple[tuple[str, ...], ...] = (
    ("发货太慢，等了十天才收到。", "产品有瑕疵，售后一直没有回复。", "客服态度一般，问题没有解决。", "价格偏高，性价比不好。", "包装破损，两件商品坏了。"),
    ("整体还可以，说明书不太清楚。", "质量不错，就是物流慢了一点。", "中规中矩，符合预期。", "希望能多一些优惠活动。"),
    ("发货很快，质量非常好！", "客服耐心专业，问题当天就解决了。", "合作多年，一直很放心。", "性价比高，会推荐给同行。", "包装精美，茶叶很香。", "传感器精度高，安装方便。"),
)  # fmt: skip
