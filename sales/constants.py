"""What a new company starts with."""

from __future__ import annotations

# (name, Chinese name, stages as (name, Chinese name, probability, days to rot, category, what must be filled)).
PIPELINE: tuple[str, str, tuple[tuple[str, str, int, int, str, tuple[str, ...]], ...]] = (
    "Sales", "销售",
    (
        ("Qualification", "初步接触", 10, 14, "pipeline", ()),
        ("Needs", "需求确认", 25, 21, "pipeline", ("amount",)),
        ("Proposal", "方案报价", 50, 21, "best_case", ("amount", "contact")),
        ("Negotiation", "商务谈判", 75, 14, "commit", ("amount", "contact", "next_step")),
    ),
)  # fmt: skip

# (kind, name, Chinese name)
REASONS: tuple[tuple[str, str, str], ...] = (
    ("won", "Best solution", "方案最优"),
    ("won", "Best price", "价格最优"),
    ("won", "Trusted relationship", "关系信任"),
    ("won", "Fast delivery", "交付及时"),
    ("lost", "Price too high", "价格过高"),
    ("lost", "Chose a competitor", "选择竞争对手"),
    ("lost", "No budget", "没有预算"),
    ("lost", "No decision", "未作决定"),
    ("lost", "Missing function", "功能不足"),
    ("lost", "Lost contact", "失去联系"),
    ("disqualified", "No need", "没有需求"),
    ("disqualified", "No budget", "没有预算"),
    ("disqualified", "Cannot be reached", "无法联系"),
    ("disqualified", "Wrong person", "联系人不对"),
    ("disqualified", "Duplicate or spam", "重复或垃圾信息"),
)

# (name, Chinese name)
NEED_CATEGORIES: tuple[tuple[str, str], ...] = (
    ("Function", "功能"),
    ("Quality", "质量"),
    ("Price and terms", "价格与条款"),
    ("Delivery", "交付"),
    ("Service and support", "服务与支持"),
    ("Integration", "系统对接"),
)
