"""What the demo company sells."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings

from sales.models import Product
from sales.services.cataloguing import derived_columns

if TYPE_CHECKING:
    from crm_site.demo.writing import DemoWriter

COLUMNS = (
    "sku", "name", "category", "unit_price", "currency", "is_active", "description", "version", "created_at",
    "updated_at", "search_text", "sort_key",
)  # fmt: skip

# Category → (name, price in euro)…
CATALOGUE: dict[str, tuple[tuple[str, str], ...]] = {
    "Sensors 传感器": (
        ("Temperature sensor TS-10", "18.4250"), ("Temperature sensor TS-20 PT100", "42.9000"), ("温湿度传感器 TH-3", "26.3500"),
        ("Pressure sensor PS-5", "64.1250"), ("无线网关 GW-8", "129.0000"), ("Level probe LP-2", "88.7500"),
        ("激光测距模块 LD-40", "74.9000"), ("Vibration sensor VS-1", "97.2000"), ("Flow meter FM-15", "214.5000"),
        ("二氧化碳检测仪 CD-6", "119.9500"),
    ),
    "Tools 工具": (
        ("Torque wrench 1/2\"", "86.9000"), ("Screwdriver set, 32 pieces", "34.7500"), ("电动螺丝刀 E-12", "59.9000"),
        ("Digital calliper 150 mm", "28.9900"), ("数字万用表 DM-7", "45.5000"), ("Soldering station 80 W", "112.4000"),
        ("Hex key set", "12.6500"), ("热风枪 HG-2000", "52.8000"), ("Cable stripper", "19.3750"), ("Work lamp, magnetic", "31.2500"),
    ),
    "Lighting 照明": (
        ("LED panel 60×60", "38.6000"), ("LED strip, 5 m", "16.9500"), ("智能灯泡 四只装", "29.9000"), ("High bay light 150 W", "142.0000"),
        ("应急照明灯 EL-3", "33.4500"), ("Desk lamp Arc", "54.9000"), ("Street light 60 W", "118.7500"), ("感应夜灯", "8.9500"),
        ("Track spotlight", "27.4000"), ("Emergency exit sign", "24.8500"),
    ),
    "Packaging 包装": (
        ("Shipping box M, 25 pieces", "17.5000"), ("Shipping box L, 25 pieces", "23.7500"), ("气泡膜 50 m", "14.2000"),
        ("Packing tape, 36 rolls", "41.0400"), ("可降解快递袋 500 只", "36.5000"), ("Pallet wrap", "9.1250"),
        ("Label roll 100×150", "6.4975"), ("恒温保温箱 20 L", "48.9000"), ("Cushion paper 400 m", "52.3000"), ("礼品盒 50 只", "44.7500"),
    ),
    "Tea and coffee 茶与咖啡": (
        ("西湖龙井 250 g", "39.8000"), ("Espresso beans 1 kg", "21.9000"), ("铁观音 500 g", "45.6000"), ("Filter coffee 1 kg", "17.4500"),
        ("普洱茶饼 357 g", "58.0000"), ("Green tea, 100 bags", "9.8750"), ("茉莉花茶 250 g", "18.9000"), ("Oat drink, 12 litres", "22.6800"),
        ("英式红茶 200 袋", "15.4500"), ("Office coffee machine", "489.0000"),
    ),
    "Services 服务": (
        ("Calibration, per device", "65.0000"), ("On-site installation, per hour", "92.0000"), ("年度维护合同", "890.0000"),
        ("Training, half a day", "420.0000"), ("Extended warranty, 2 years", "49.0000"), ("设备租赁 每周", "135.0000"),
        ("Express delivery", "14.9000"), ("远程诊断 每次", "38.0000"), ("Disposal of old devices", "11.5000"), ("Custom labelling", "27.8000"),
    ),
}  # fmt: skip


def write_products(writer: DemoWriter) -> list[tuple[int, str, Decimal]]:
    """Write the catalogue; return key, name and price in euro of each product, old acquaintances included."""
    known = dict(Product.objects.filter(sku__startswith="DEMO-").values_list("sku", "pk"))
    rows, wanted = [], []
    for shelf, (category, products) in enumerate(CATALOGUE.items(), 1):
        for place, (name, price) in enumerate(products, 1):
            sku = f"DEMO-{shelf}{place:02d}"
            wanted.append((sku, name, Decimal(price)))
            if sku not in known:
                derived = derived_columns(sku, name, category)
                rows.append(
                    (sku, name, category, price, settings.BASE_CURRENCY, True, "", 1, writer.start, writer.start,
                     derived["search_text"], derived["sort_key"])
                )  # fmt: skip
    if rows:
        keys = writer.copy(Product, COLUMNS, rows)
        known |= {row[0]: key for row, key in zip(rows, keys, strict=True)}
    return [(known[sku], name, price) for sku, name, price in wanted]
