"""Figures that the domain is built on."""

from __future__ import annotations

from typing import Any

# The rules of the lifecycle until an administrator changes them, in the order in which they are asked.
LIFECYCLE: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "churned",
        {
            "any": [
                # Silent for longer than three of their own usual gaps, and for half a year at least.
                {
                    "all": [
                        {"field": "silence", "op": "gt", "value": 3},
                        {"field": "last_order", "op": "older_days", "value": 180},
                    ]
                },
                {
                    "all": [
                        {"field": "orders_count", "op": "gte", "value": 1},
                        {"field": "alive", "op": "lt", "value": "0.1"},
                    ]
                },
                {"field": "last_order", "op": "older_days", "value": 540},
            ]
        },
    ),
    (
        "loyal",
        {
            "any": [
                {"field": "orders_count", "op": "gte", "value": 8},
                {"field": "segment", "op": "in", "value": ["champion", "loyal"]},
            ]
        },
    ),
    ("new", {"all": [{"field": "first_order", "op": "last_days", "value": 90}]}),
    ("returning", {"all": [{"field": "orders_count", "op": "gte", "value": 1}]}),
)

_CHINA = ("China", "中国", "Hong Kong", "香港", "Macao", "Macau", "澳门", "Taiwan", "台湾")
_EUROPE = (
    "Germany", "德国", "United Kingdom", "英国", "France", "法国", "Spain", "西班牙", "Italy", "意大利",
    "Netherlands", "荷兰", "Belgium", "比利时", "Switzerland", "瑞士", "Austria", "奥地利", "Ireland", "爱尔兰",
    "EIRE", "Portugal", "葡萄牙", "Poland", "波兰", "Sweden", "瑞典", "Norway", "挪威", "Denmark", "丹麦",
    "Finland", "芬兰", "Czechia", "Czech Republic", "捷克", "Greece", "希腊", "Hungary", "匈牙利", "Romania",
    "罗马尼亚", "Luxembourg", "卢森堡", "Iceland", "冰岛",
)  # fmt: skip
_AMERICA = ("United States", "USA", "United States of America", "美国", "Canada", "加拿大", "Mexico", "墨西哥")

_MAKING = (
    "Manufacturing", "Machinery", "Electronics", "Chemicals", "Textiles", "Food", "Automotive", "制造业", "机械",
    "电子", "化工", "纺织", "食品", "汽车",
)  # fmt: skip
_BUILDING = ("Construction", "Agriculture", "Energy", "Real estate", "建筑", "农业", "能源", "房地产")
_TRADING = ("Trade", "Retail", "Wholesale", "Logistics", "E-commerce", "贸易", "零售", "批发", "物流", "电子商务")
_SERVING = (
    "Health", "Hospitality", "Education", "Media", "Finance", "Consulting", "Software", "Services", "医疗", "酒店",
    "教育", "传媒", "金融", "咨询", "软件", "服务业",
)  # fmt: skip


def _people(*condition: dict[str, Any]) -> dict[str, Any]:
    return {"all": [{"field": "kind", "op": "in", "value": ["person"]}, *condition]}


def _organisations(*condition: dict[str, Any]) -> dict[str, Any]:
    return {"all": [{"field": "kind", "op": "in", "value": ["organisation"]}, *condition]}


def _one_of(field: str, words: tuple[str, ...]) -> dict[str, Any]:
    return {"all": [{"field": field, "op": "in", "value": list(words)}]}


# The classes of the house until an administrator changes them: code, name in English and Chinese, and the classes in
# the order in which they are asked. Revenue is in the base currency.
CLASSES: tuple[tuple[str, str, str, tuple[tuple[str, str, dict[str, Any]], ...]], ...] = (
    (
        "age-group", "Age group", "年龄段",
        (
            ("Under 25", "25 岁以下", _people({"field": "age", "op": "lt", "value": 25})),
            ("25–39", "25–39 岁", _people({"field": "age", "op": "between", "value": [25, 39]})),
            ("40–59", "40–59 岁", _people({"field": "age", "op": "between", "value": [40, 59]})),
            ("60 and over", "60 岁及以上", _people({"field": "age", "op": "gte", "value": 60})),
        ),
    ),
    (
        "size", "Size", "规模",
        (
            ("Large", "大型", _organisations({"field": "revenue", "op": "gte", "value": 10_000})),
            ("Medium", "中型", _organisations({"field": "revenue", "op": "gte", "value": 1_000})),
            ("Small", "小型", _organisations({"field": "revenue", "op": "gt", "value": 0})),
        ),
    ),
    (
        "industry", "Industry", "行业",
        (
            ("Manufacturing", "制造", _one_of("industry", _MAKING)),
            ("Construction and land", "建筑与农业", _one_of("industry", _BUILDING)),
            ("Trade and logistics", "贸易与物流", _one_of("industry", _TRADING)),
            ("Services", "服务", _one_of("industry", _SERVING)),
            ("Another industry", "其他行业", {"all": [{"field": "industry", "op": "filled"}]}),
        ),
    ),
    (
        "region", "Region", "地区",
        (
            ("Greater China", "大中华区", _one_of("country", _CHINA)),
            ("Europe", "欧洲", _one_of("country", _EUROPE)),
            ("North America", "北美", _one_of("country", _AMERICA)),
            ("Elsewhere", "其他地区", {"all": [{"field": "country", "op": "filled"}]}),
        ),
    ),
)  # fmt: skip

# What people write on a timeline by hand: notes, what they had with a customer, and answers to either.
NOTE_VERB, REPLY_VERB = "customer.note", "customer.reply"
TALK_VERBS = ("customer.call", "customer.meeting", "customer.mail", "customer.chat")
WRITTEN_VERBS = (NOTE_VERB, *TALK_VERBS)
OWN_VERBS = (*WRITTEN_VERBS, REPLY_VERB)
