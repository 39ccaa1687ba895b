"""Invented names. Any likeness to a real street, compound or shop is chance."""

from __future__ import annotations

DISTRICT = "云渡区"
STREET_OFFICES = ("柳汀街道", "钟岭街道", "南屿街道")
"""West and east of the north bank, and the south bank."""
COMMUNITIES = (("柳汀一", "柳汀二", "槐荫"), ("钟岭", "书坊"), ("南屿", "渡口", "灯塔"))
"""Of each street office, from west to east."""

COMPOUND_STEMS = (
    "锦帆", "听潮", "松鹤", "揽月", "清渠", "望樯", "石榴", "燕归", "藕香", "半山",
    "云栈", "雁浦", "白鹭", "朝霞", "绿漪", "书田", "枕流", "银杏", "金粟", "海棠",
    "竹喧", "丰和", "安渡", "新桅", "船坞", "棉纺", "机床", "盐业", "邮电", "师苑",
)  # fmt: skip
COMPOUND_ENDS = ("苑", "里", "花园", "小区", "家园", "新村")

STREET_STEMS = (
    "云渡", "柳汀", "钟岭", "南屿", "揽潮", "桅灯", "白帆", "苇塘", "鹭鸣", "澄碧",
    "青砖", "茶亭", "铁匠", "书坊", "染坊", "磨坊", "米市", "灯笼", "槐荫", "桐花",
    "海棠", "丹桂", "梧桐", "石榴", "望江", "临渚", "听涛", "观澜", "长堤", "渔火",
)  # fmt: skip
RIVER = "苇河"
BRIDGES = ("长虹桥", "渡仙桥")

MERCHANTS = ("禾穗超市", "邻安鲜生")
STORES = ("禾穗超市钟岭店", "邻安鲜生南屿店")
KEEPERS = ("赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈")
