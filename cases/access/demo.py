"""The cast of the demonstration (演示): invented people, one sign-in for each role, in two counties of two cities.

Demonstration only: production settings refuse to start on a database where these sign-ins exist.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from cases.access.models import Office, Post, Role, User
from cases.access.reference import load_reference
from cases.calendar.rules import local_day
from cases.history.record import record
from cases.regions.models import Division

PASSWORD = "yanshi-demo-2026"

XIJI_VILLAGE, ZHONGNING_VILLAGE = "640422100991", "640521100991"
VILLAGES = [
    (XIJI_VILLAGE, "演示一村", "Demo Village One"),
    ("640422100992", "演示二村", "Demo Village Two"),
    ("640422201991", "演示三村", "Demo Village Three"),
    (ZHONGNING_VILLAGE, "演示四村", "Demo Village Four"),
    ("640521100992", "演示五村", "Demo Village Five"),
    ("640521201991", "演示六村", "Demo Village Six"),
]
"""Six villages that do not exist, under towns that do."""

OFFICES = [
    ("64", "redcross", "宁夏救助中心（演示）", "Ningxia Relief Centre (demo)"),
    ("64", "board", "监督检查组（演示）", "Inspection Board (demo)"),
    ("6404", "redcross", "固原市救助办公室（演示）", "Guyuan City Relief Office (demo)"),
    ("6405", "redcross", "中卫市救助办公室（演示）", "Zhongwei City Relief Office (demo)"),
    ("640422", "redcross", "西吉县救助办公室（演示）", "Xiji County Relief Office (demo)"),
    ("640521", "redcross", "中宁县救助办公室（演示）", "Zhongning County Relief Office (demo)"),
    ("640422100", "town", "吉强镇救助服务站（演示）", "Jiqiang Town Relief Station (demo)"),
    ("640521100", "town", "宁安镇救助服务站（演示）", "Ning'an Town Relief Station (demo)"),
    (XIJI_VILLAGE, "village", "演示一村村委会", "Committee of Demo Village One"),
    (ZHONGNING_VILLAGE, "village", "演示四村村委会", "Committee of Demo Village Four"),
    ("6404", "hospital", "固原眼科医院（演示）", "Guyuan Eye Hospital (demo)"),
    ("6405", "hospital", "中卫眼科医院（演示）", "Zhongwei Eye Hospital (demo)"),
    ("6404", "fitting", "固原助听器验配中心（演示）", "Guyuan Hearing Centre (demo)"),
    ("64", "warehouse", "省级物资仓库（演示）", "Province Store (demo)"),
    ("640422100", "grassroots", "吉强镇村医帮办站（演示）", "Jiqiang Village Doctors' Help Station (demo)"),
]


@dataclass(frozen=True, slots=True)
class Part:
    """One person of the cast: sign-in name, invented name, posts as (role, area), phone when signed in by code."""

    username: str
    name: str
    posts: tuple[tuple[str, str], ...] = ()
    phone: str = ""


CAST = [
    Part("xiji_intake", "杨凤英", (("CTY1", "640422"),)),
    Part("xiji_review", "蔺龙", (("CTY2", "640422"),)),
    Part("xiji_review2", "哈桂兰", (("CTY2", "640422"),)),
    Part("xiji_town", "程桂花", (("TWN", "640422100"),)),
    Part("xiji_village", "马宇航", (("VIL", XIJI_VILLAGE), ("AGT", XIJI_VILLAGE)), "19900000201"),
    Part("xiji_village2", "者占海", (("VIL", XIJI_VILLAGE), ("AGT", XIJI_VILLAGE)), "19900000202"),
    Part("guyuan_city", "李玉梅", (("MUN", "6404"),)),
    Part("guyuan_city2", "锁兰英", (("MUN", "6404"),)),
    Part("zhongning_clerk", "白玉山", (("CTY1", "640521"), ("CTY2", "640521"))),
    Part("zhongning_town", "丁素琴", (("TWN", "640521100"),)),
    Part("zhongning_village", "虎文林", (("VIL", ZHONGNING_VILLAGE), ("AGT", ZHONGNING_VILLAGE)), "19900000203"),
    Part("zhongwei_city", "黄浩然", (("MUN", "6405"),)),
    Part("zhongwei_city2", "买汉民", (("MUN", "6405"),)),
    Part("prov_review", "景秀丽", (("PRV1", "64"),)),
    Part("prov_review2", "沙兆祥", (("PRV1", "64"),)),
    Part("prov_head", "罗银花", (("PRV2", "64"),)),
    Part("expert1", "锁凤英", (("EXP", "64"),)),
    Part("expert2", "单志远", (("EXP", "64"),)),
    Part("expert3", "丁雅文", (("EXP", "64"),)),
    *(
        Part(f"panel{number}", name, (("PAN", "64"),))
        for number, name in enumerate(("安成林", "铁欣怡", "金正军", "纳秀丽", "拜怀德", "纳玉莲"), 1)
    ),
    Part("publicity", "冶小红", (("PUB", "64"),)),
    Part("fin_make", "关淑珍", (("FM", "64"),)),
    Part("fin_check", "吴志娟", (("FC", "64"),)),
    Part("fin_release", "海磊", (("FR", "64"),)),
    Part("inspector", "赵耀宗", (("INS", "64"),)),
    Part("supervisor", "罗永祥", (("SUP", "64"),)),
    Part("sysadmin", "万宏伟", (("SYS", "64"),)),
    Part("secadmin", "张学礼", (("SEC", "64"),)),
    Part("auditadmin", "吴彩霞", (("AUD", "64"),)),
    Part("policy_edit", "兰桂兰", (("POL1", "64"),)),
    Part("policy_publish", "梁学礼", (("POL2", "64"),)),
    Part("eye_hospital", "纳建华", (("HOS", "6404"),)),
    Part("eye_hospital2", "田淑兰", (("HOS", "6405"),)),
    Part("hearing_centre", "苏志明", (("FIT", "6404"),)),
    Part("storekeeper", "杨生福", (("WHS", "64"),)),
    Part("agent1", "剡生财", (("AGT", XIJI_VILLAGE),), "19900000101"),
    Part("agent2", "撒桂琴", (("AGT", "640422100"),), "19900000102"),
    *(
        Part(f"applicant{number}", name, (), f"199000000{number:02d}")
        for number, name in enumerate(
            ("马秀兰", "王连生", "李翠花", "杨存义", "田成林", "苏秀英", "韩麦花", "于彦龙"), 1
        )
    ),
]


def make_cast(*, now: datetime) -> dict[str, User]:
    """演示人员: make the demo villages, offices and sign-ins that are not there yet; answers them by sign-in name."""
    password = make_password(PASSWORD)
    since = local_day(now) - timedelta(days=30)
    with transaction.atomic():
        load_reference()
        for code, name, name_en in VILLAGES:
            values = {"name": name, "name_en": name_en, "level": "village", "parent_id": code[:9], "is_pseudo": True}
            Division.objects.get_or_create(code=code, defaults=values)
        for code, kind, name, name_en in OFFICES:
            values = {"name_en": name_en, "phone": "000-0000-0000", "address": "演示地址"}
            Office.objects.get_or_create(division_code=code, kind=kind, name=name, defaults=values)
        roles = Role.objects.in_bulk()
        known = {user.username: user for user in User.objects.filter(username__in=[part.username for part in CAST])}
        new = [part for part in CAST if part.username not in known]
        for part in new:
            known[part.username] = _join(part, roles, password, since)
        if new:
            record("demo.cast", about=("config", "all"), payload={"sign_ins": len(new)})
    return known


def _join(part: Part, roles: dict[str, Role], password: str, since: Any) -> User:
    by_phone = bool(part.phone)
    user = User(
        username=part.username,
        name=part.name,
        phone=part.phone or None,
        phone_verified=by_phone,
        is_office=not by_phone,
        password=make_password(None) if by_phone else password,
    )
    user.save()
    for role, code in part.posts:
        office = _office(role, code)
        Post.objects.create(user=user, role=roles[role], office=office, starts_on=since)
    return user


KIND_OF = {"INS": "board", "SUP": "board", "AUD": "board", "HOS": "hospital", "FIT": "fitting", "WHS": "warehouse"}
ORDINARY = ("redcross", "town", "village")


def _place_of(role: str, code: str) -> tuple[str, str, str, str]:
    """The demo office in which a role serves: inspectors at their board, a town's helper at the help station."""
    kind = KIND_OF.get(role, "grassroots" if (role, len(code)) == ("AGT", 9) else "")
    return next(row for row in OFFICES if row[0] == code and (row[1] == kind if kind else row[1] in ORDINARY))


def _office(role: str, code: str) -> Office:
    division_code, kind, name, _en = _place_of(role, code)
    return Office.objects.get(division_code=division_code, kind=kind, name=name)


def signins() -> list[tuple[str, str, str, str]]:
    """The demo sign-ins: user name or phone, role in Chinese and in English, password ("" = code on the demo phone)."""
    roles = Role.objects.in_bulk()
    rows = []
    for part in CAST:
        held = [(roles[role], *_place_of(role, code)[2:]) for role, code in part.posts]
        zh = "、".join(f"{office} {role.name}" for role, office, _ in held) or "申请人"
        en = ", ".join(f"{office_en} {role.name_en}" for role, _, office_en in held) or "Applicant"
        rows.append((part.phone or part.username, zh, en, "" if part.phone else PASSWORD))
    return rows


def demo_signins_exist() -> bool:
    """Whether somebody could sign in here as one of the demo cast: real use refuses to start on such a database."""
    phones = {part.username: part.phone for part in CAST}
    for user in User.objects.filter(username__in=list(phones), is_active=True):
        if phones[user.username] and user.phone == phones[user.username]:
            return True
        if not phones[user.username] and check_password(PASSWORD, user.password):
            return True
    return False
