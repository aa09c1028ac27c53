"""Countries of the demo company: cities, streets, telephone numbers, languages.

Telephone numbers come from ranges that are kept for fiction where a country has such ranges (Ofcom, ARCEP,
Bundesnetzagentur, 555-01xx); Chinese and Spanish ones are merely well formed.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """Where customers live. In `phones` each x stands for any digit; `share` is of all customers."""

    code: str
    name: str
    language: str
    zone: str
    share: float
    phones: tuple[str, ...]
    cities: tuple[tuple[str, str, str, str], ...]
    """City, province or state, district, and the beginning of its postal codes (x: any digit)."""
    streets: tuple[str, ...]
    number_first: bool = False


COUNTRIES = (
    Country(
        "CN", "China", "zh-hans", "Asia/Shanghai", 0.45,
        ("+8613801xxxxxx", "+8613916xxxxxx", "+8615921xxxxxx", "+8618616xxxxxx", "+8618801xxxxxx"),
        (
            ("上海", "上海", "浦东新区", "2001xx"), ("上海", "上海", "徐汇区", "2000xx"), ("北京", "北京", "朝阳区", "1000xx"),
            ("北京", "北京", "海淀区", "1001xx"), ("苏州", "江苏", "工业园区", "2150xx"), ("南京", "江苏", "鼓楼区", "2100xx"),
            ("杭州", "浙江", "余杭区", "3111xx"), ("宁波", "浙江", "鄞州区", "3151xx"), ("深圳", "广东", "南山区", "5180xx"),
            ("广州", "广东", "天河区", "5106xx"), ("成都", "四川", "武侯区", "6100xx"), ("重庆", "重庆", "渝北区", "4011xx"),
            ("武汉", "湖北", "洪山区", "4300xx"), ("西安", "陕西", "雁塔区", "7100xx"), ("青岛", "山东", "市南区", "2660xx"),
        ),
        ("人民路", "中山路", "解放路", "建设路", "科技路", "长江路", "学府路", "滨河路", "创新大道", "星湖街"),
    ),
    Country(
        "DE", "Germany", "de", "Europe/Berlin", 0.2,
        ("+493023125xxx", "+496990009xxx", "+494066969xxx", "+498999998xxx", "+492214710xxx"),
        (
            ("Berlin", "Berlin", "", "10xxx"), ("Hamburg", "Hamburg", "", "20xxx"), ("München", "Bayern", "", "80xxx"),
            ("Köln", "Nordrhein-Westfalen", "", "50xxx"), ("Stuttgart", "Baden-Württemberg", "", "70xxx"),
            ("Leipzig", "Sachsen", "", "04xxx"), ("Nürnberg", "Bayern", "", "90xxx"), ("Bremen", "Bremen", "", "28xxx"),
        ),
        ("Hauptstraße", "Gartenweg", "Schillerstraße", "Lindenallee", "Am Markt", "Bergstraße", "Industriestraße"),
    ),
    Country(
        "GB", "United Kingdom", "en", "Europe/London", 0.12,
        ("+442079460xxx", "+441214960xxx", "+441614960xxx", "+441134960xxx", "+441174960xxx"),
        (
            ("London", "England", "", "SE1 xAB"), ("Manchester", "England", "", "M1 xAD"), ("Leeds", "England", "", "LS1 xBA"),
            ("Bristol", "England", "", "BS1 xJQ"), ("Edinburgh", "Scotland", "", "EH1 xRF"), ("Cardiff", "Wales", "", "CF10 xGA"),
        ),
        ("High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane", "Queen Street"), number_first=True,
    ),
    Country(
        "US", "United States", "en", "America/New_York", 0.1,
        ("+120255501xx", "+131255501xx", "+141555501xx", "+161755501xx", "+120655501xx", "+151255501xx"),
        (
            ("New York", "NY", "", "100xx"), ("Chicago", "IL", "", "606xx"), ("Boston", "MA", "", "021xx"),
            ("Seattle", "WA", "", "981xx"), ("Austin", "TX", "", "787xx"), ("Portland", "OR", "", "972xx"),
        ),
        ("Main Street", "Oak Avenue", "Maple Drive", "Park Avenue", "Washington Boulevard", "Elm Street"), number_first=True,
    ),
    Country(
        "FR", "France", "fr", "Europe/Paris", 0.08,
        ("+331990000xx", "+332619100xx", "+333530100xx", "+334657100xx", "+335364900xx"),
        (
            ("Paris", "Île-de-France", "", "750xx"), ("Lyon", "Auvergne-Rhône-Alpes", "", "690xx"),
            ("Nantes", "Pays de la Loire", "", "440xx"), ("Toulouse", "Occitanie", "", "310xx"),
        ),
        ("rue de la République", "avenue Jean Jaurès", "rue Victor Hugo", "place du Marché", "rue des Écoles"), number_first=True,
    ),
    Country(
        "ES", "Spain", "es", "Europe/Madrid", 0.05,
        ("+3491xxxxxxx", "+3493xxxxxxx", "+346100xxxxx"),
        (
            ("Madrid", "Madrid", "", "280xx"), ("Barcelona", "Cataluña", "", "080xx"), ("Valencia", "Valencia", "", "460xx"),
            ("Sevilla", "Andalucía", "", "410xx"),
        ),
        ("Calle Mayor", "Avenida de la Constitución", "Calle del Sol", "Paseo del Río", "Plaza Nueva"),
    ),
)  # fmt: skip
