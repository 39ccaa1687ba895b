"""What the two invented supermarkets sell. Prices and weights are assumed; the popularity of a product is the share of
orders that ask for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """`supply_share` is the supply over what is asked for; below 1 the good is scarce."""

    sku: str
    name: str
    category: str
    unit: str
    price_cents: int
    weight_g: int
    volume_ml: int
    popularity: float
    limit: int | None = None
    supply_share: float = 1.15


def _good(line: str, *, limit: int | None = None, supply_share: float = 1.15) -> Good:
    sku, name, category, unit, price, weight, volume, popularity = line.split()
    return Good(
        sku=sku, name=name, category=category, unit=unit, price_cents=int(price), weight_g=int(weight),
        volume_ml=int(volume), popularity=float(popularity), limit=limit, supply_share=supply_share,
    )  # fmt: skip


CATALOGUES: dict[str, tuple[Good, ...]] = {
    "HS": (
        _good("HS-BOX 保供蔬菜包（8kg） 保供 箱 6800 8000 22000 0.3", limit=1, supply_share=0.72),
        _good("HS-MASK 一次性医用口罩（10只） 防疫 包 1000 40 250 0.55", limit=2, supply_share=0.6),
        _good("HS-EGG 鸡蛋（30枚） 蛋 板 2980 1900 4500 0.4", limit=1, supply_share=0.8),
        _good("HS-RICE 大米（5kg） 粮油 袋 3490 5000 6500 0.18"),
        _good("HS-OIL 菜籽油（1.8L） 粮油 桶 2690 1750 2200 0.12", limit=1),
        _good("HS-NOOD 挂面（1kg） 粮油 把 890 1000 1500 0.2"),
        _good("HS-MILK 鲜牛奶（1L） 乳品 盒 1290 1050 1100 0.5"),
        _good("HS-YOG 酸奶（杯） 乳品 杯 450 200 250 0.28"),
        _good("HS-PORK 猪前腿肉（500g） 肉 份 1880 500 700 0.34", supply_share=0.85),
        _good("HS-CHIC 三黄鸡（1kg） 肉 份 2290 1000 1600 0.16"),
        _good("HS-CABB 大白菜（1kg） 叶菜 份 220 1000 2600 0.3"),
        _good("HS-SPIN 菠菜（500g） 叶菜 份 480 500 2000 0.26"),
        _good("HS-RAPE 上海青（500g） 叶菜 份 350 500 1900 0.28"),
        _good("HS-POTA 土豆（2.5kg） 根茎 袋 900 2500 3600 0.3"),
        _good("HS-CARR 胡萝卜（1kg） 根茎 份 480 1000 1700 0.18"),
        _good("HS-TOMA 西红柿（1kg） 茄果 份 1180 1000 1700 0.27"),
        _good("HS-PEPP 青椒（500g） 茄果 份 560 500 1800 0.15"),
        _good("HS-APPL 苹果（1kg） 水果 份 1200 1000 1900 0.22"),
        _good("HS-BANA 香蕉（1kg） 水果 份 800 1000 2100 0.2"),
        _good("HS-TISS 卫生纸（10卷） 日用 提 2490 1500 14000 0.12"),
        _good("HS-SOAP 抑菌洗手液（500ml） 日用 瓶 1590 560 700 0.1"),
        _good("HS-BABY 婴儿米粉（225g） 母婴 盒 3200 260 900 0.03"),
    ),
    "LA": (
        _good("LA-BOX 邻安蔬果箱（6kg） 保供 箱 5900 6000 18000 0.34", limit=1, supply_share=0.78),
        _good("LA-THER 电子体温计 防疫 支 2500 30 120 0.14", limit=1, supply_share=0.5),
        _good("LA-WIPE 消毒湿巾（80片） 防疫 包 1280 420 900 0.25", limit=2),
        _good("LA-EGG 散养鸡蛋（20枚） 蛋 盒 2380 1250 3200 0.38", limit=1, supply_share=0.85),
        _good("LA-DUMP 速冻水饺（1kg） 冷冻 袋 1990 1000 1800 0.32"),
        _good("LA-BUNS 速冻馒头（500g） 冷冻 袋 690 500 1700 0.2"),
        _good("LA-FLOU 面粉（2.5kg） 粮油 袋 1350 2500 3600 0.16"),
        _good("LA-TOFU 老豆腐（400g） 豆制品 盒 420 400 500 0.35"),
        _good("LA-FISH 冰鲜带鱼（500g） 水产 份 2180 500 800 0.14"),
        _good("LA-BEEF 牛腩（500g） 肉 份 4200 500 700 0.12"),
        _good("LA-LETT 生菜（400g） 叶菜 份 390 400 2400 0.28"),
        _good("LA-CELE 芹菜（500g） 叶菜 份 420 500 2200 0.2"),
        _good("LA-RADI 白萝卜（1kg） 根茎 份 300 1000 1700 0.24"),
        _good("LA-ONIO 洋葱（1kg） 根茎 份 400 1000 1700 0.22"),
        _good("LA-ORAN 橙子（1kg） 水果 份 1100 1000 1900 0.26"),
        _good("LA-WATE 饮用水（4.5L） 饮料 桶 990 4550 5000 0.14"),
        _good("LA-BREA 全麦面包（400g） 主食 袋 990 400 2600 0.27"),
        _good("LA-SALT 加碘食盐（400g） 调味 袋 250 410 350 0.1"),
    ),
}
