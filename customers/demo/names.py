"""Names of people and companies, by country."""

from __future__ import annotations

CHINESE_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
CHINESE_GIVEN = "伟芳娜敏静丽强磊洋艳勇军杰娟涛明超秀霞平刚桂英华建国文玉梅宇浩欣怡思雨子轩梓涵佳琪俊晨曦嘉悦航睿哲诗雅婷慧颖晓琳志鹏海波红燕飞宁瑞博远清扬"

# country → (given names, family names)
LATIN_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "DE": (
        ("Anna", "Lukas", "Sophie", "Jonas", "Marie", "Felix", "Lena", "Paul", "Laura", "Maximilian", "Katharina", "Tobias",
         "Johanna", "Stefan", "Jürgen", "Ulrike", "Matthias", "Birgit", "Florian", "Heike", "Björn", "Greta", "Emre", "Ayşe"),
        ("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schulz", "Hoffmann", "Koch", "Bauer",
         "Richter", "Klein", "Wolf", "Schröder", "Neumann", "Schwarz", "Zimmermann", "Braun", "Krüger", "Hartmann", "Lange",
         "Köhler", "Yılmaz", "Großmann", "Vogel", "Seidel"),
    ),
    "GB": (
        ("Oliver", "Amelia", "Harry", "Isla", "George", "Emily", "Jack", "Olivia", "Charlotte", "Thomas", "Grace", "William",
         "Priya", "Imran", "Siobhán", "Callum", "Freya", "Rhys", "Zoe", "Edward", "Niamh", "Alfie", "Aisha", "Hugo"),
        ("Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "Patel", "Robinson", "Wright", "Thompson",
         "Evans", "Walker", "White", "Roberts", "Green", "Hall", "O'Brien", "Khan", "Hughes", "Edwards", "MacLeod", "Turner"),
    ),
    "US": (
        ("James", "Mary", "Robert", "Jennifer", "Michael", "Linda", "David", "Elizabeth", "Daniel", "Maria", "Joseph", "Susan",
         "Ethan", "Ava", "Noah", "Mia", "Carlos", "Sofia", "Tyler", "Hannah", "Grace", "Kevin", "Jasmine", "Andre"),
        ("Johnson", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez", "Anderson", "Moore", "Jackson", "Lee", "Nguyen", "Lewis",
         "Clark", "Young", "King", "Wright", "Torres", "Hill", "Baker", "Nelson", "Campbell", "Mitchell", "Rivera", "Reed"),
    ),
    "FR": (
        ("Camille", "Louis", "Emma", "Gabriel", "Chloé", "Hugo", "Léa", "Arthur", "Manon", "Jules", "Inès", "Théo", "Zoé", "François",
         "Élodie", "Mathieu", "Aurélie", "Yasmine"),
        ("Martin", "Bernard", "Dubois", "Thomas", "Robert", "Petit", "Durand", "Leroy", "Moreau", "Lefèvre", "Garnier", "Faure",
         "Rousseau", "Blanc", "Guérin", "Benali", "Chevalier", "Renard"),
    ),
    "ES": (
        ("Lucía", "Hugo", "Martina", "Mateo", "Paula", "Leo", "Sara", "Daniel", "Carmen", "Pablo", "Alba", "Javier", "Núria", "Iker"),
        ("García", "Fernández", "González", "López", "Martínez", "Sánchez", "Pérez", "Gómez", "Muñoz", "Romero", "Ibáñez", "Ortega",
         "Vidal", "Navarro"),
    ),
}  # fmt: skip

CHINESE_BRANDS = (
    "恒温", "华信", "明达", "天元", "瑞丰", "博远", "中科", "新航", "金桥", "东方", "宏图", "万和", "海蓝", "星辰", "长青", "安泰",
    "众诚", "锐捷", "云帆", "致远", "嘉禾", "盛世", "卓越", "启明", "凯旋", "格林", "晨光", "佳音", "恒通", "鼎新", "同创", "联众",
    "优品", "领航", "润泽", "世纪", "百川", "九州", "泰和", "弘毅",
)  # fmt: skip
# Chinese trade in the name, industry
CHINESE_TRADES = (
    ("物联科技", "Electronics"), ("精密机械", "Machinery"), ("电子", "Electronics"), ("食品", "Food"), ("国际贸易", "Trade"),
    ("生物医药", "Health"), ("新材料", "Chemicals"), ("文化传播", "Media"), ("供应链", "Logistics"), ("服饰", "Textiles"),
    ("环保设备", "Machinery"), ("酒店管理", "Hospitality"), ("建筑装饰", "Construction"), ("教育咨询", "Education"),
)  # fmt: skip
# country → (legal form, (trade in the name, industry)…)
LATIN_TRADES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "DE": ("GmbH", (
        ("Maschinenbau", "Machinery"), ("Feinkost", "Food"), ("Logistik", "Logistics"), ("Werkzeuge", "Machinery"),
        ("Optik", "Electronics"), ("Gartenbau", "Agriculture"), ("Elektrotechnik", "Electronics"), ("Bau", "Construction"),
        ("Kältetechnik", "Machinery"), ("Verlag", "Media"), ("Hotelbetriebe", "Hospitality"),
    )),
    "GB": ("Ltd", (
        ("Foods", "Food"), ("Engineering", "Machinery"), ("Freight", "Logistics"), ("Interiors", "Construction"),
        ("Instruments", "Electronics"), ("Textiles", "Textiles"), ("Inns", "Hospitality"), ("Press", "Media"),
    )),
    "US": ("Inc.", (
        ("Supply", "Trade"), ("Labs", "Health"), ("Robotics", "Machinery"), ("Roasters", "Food"), ("Logistics", "Logistics"),
        ("Systems", "Electronics"), ("Builders", "Construction"), ("Learning", "Education"),
    )),
    "FR": ("SARL", (
        ("Traiteur", "Food"), ("Mécanique", "Machinery"), ("Transports", "Logistics"), ("Textile", "Textiles"),
        ("Éditions", "Media"), ("Hôtels", "Hospitality"),
    )),
    "ES": ("S.L.", (
        ("Alimentación", "Food"), ("Maquinaria", "Machinery"), ("Transportes", "Logistics"), ("Textil", "Textiles"),
        ("Construcciones", "Construction"),
    )),
}  # fmt: skip

JOB_TITLES = (
    "Purchasing manager",
    "Managing director",
    "Office manager",
    "Head of production",
    "Assistant",
    "Engineer",
)
CHINESE_JOB_TITLES = ("采购经理", "总经理", "行政主管", "生产主管", "助理", "工程师")
SOURCES = ("Website", "Referral", "Trade fair", "WeChat", "Cold call", "Newsletter")
TAGS = ("VIP", "Newsletter", "Trade fair", "老客户", "渠道商", "Pays by invoice")
NOTES = (
    "Called about the next delivery; wants it before the end of the month.",
    "Prefers to be reached in the morning. Invoices go to accounting.",
    "Met at the trade fair: interested in a framework contract.",
    "Asked for a sample of the new series.",
    "Very happy with the last order, may recommend us.",
    "Complained about a late parcel; apologised and offered free shipping.",
    "New contact in purchasing from next quarter on.",
    "客户希望下周安排拜访，讨论年度采购计划。",
    "电话沟通：对新产品很感兴趣，已发送报价资料。",
    "反馈包装有破损，已安排补发。",
    "财务要求开具增值税专用发票。",
    "微信联系，确认收货地址变更。",
    "老客户推荐，预算充足，决策周期约一个月。",
)
