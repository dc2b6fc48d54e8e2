"""Who holds which post, what a viewer may see, and who may act instead: one answer for every page and file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import BigIntegerField, DateField, Exists, Func, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cases.access.models import DemoSms, MachineKey, Office, Post, Role, StandIn, User
from cases.access.rules import READS, VEILED, area_of, covers, readable_states
from cases.calendar import clock
from cases.errors import Erased, NotFound, Refusal
from cases.fixed import Fixed, Slot
from cases.history.record import current, refusals_recorded
from cases.regions.models import Division
from cases.sealed import blind_index
from cases.subjects import set_aside

if TYPE_CHECKING:
    from cases.dossier.models import Case


_posts_seen: ContextVar[dict[int, list[Post]] | None] = ContextVar("relief_posts_seen", default=None)
_lent_seen: ContextVar[dict[int, list[Post]] | None] = ContextVar("relief_lent_seen", default=None)
LOG = "admin.log"
STEPS, GRANT = "step.stand_in", "stand_in.grant"
"""Rights: the post's steps may be done by a stand-in; its holder gives stand-ins for the posts of his area."""


class Today(Func):
    """The present day in China as the database sees it."""

    template = "(relief_now() AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = DateField()


def current_posts() -> QuerySet[Post]:
    """现任: posts that hold today, of open accounts at active offices."""
    return (
        Post.objects.filter(Q(ends_on=None) | Q(ends_on__gte=Today()), starts_on__lte=Today())
        .filter(user__is_active=True, office__is_active=True)
        .select_related("role", "office")
        .order_by("pk")
    )


def posts_of(user: Any) -> list[Post]:
    """The posts a person holds now. A page asks once, an act always asks afresh: a change of rights acts at once."""
    if user is None or not getattr(user, "is_authenticated", False) or user.pk is None:
        return []
    kept = _posts_seen.get()
    if kept is None:
        return _held_by(user)
    if user.pk not in kept or current() is not None:
        kept[user.pk] = _held_by(user)
    return list(kept[user.pk])


def _held_by(user: Any) -> list[Post]:
    """His posts; each says whether he stands in for anybody today, which few do and need not be asked of all."""
    return _POSTS(user=user.pk)


def _with_stand_ins() -> QuerySet[Post]:
    lends = Exists(stand_ins_today().filter(delegate=OuterRef("user")))
    return current_posts().filter(user=Slot("user", BigIntegerField())).annotate(stands_in=lends)


_POSTS = Fixed(_with_stand_ins)


def stand_ins_today() -> QuerySet[StandIn]:
    """替岗: those in force today, of principals who hold the post and delegates whose account is open."""
    return (
        StandIn.objects.filter(ended_at=None, starts_on__lte=Today(), ends_on__gte=Today(), delegate__is_active=True)
        .filter(post__in=current_posts())
        .select_related("post__role", "post__office", "post__user")
        .order_by("pk")
    )


def work_posts(user: Any) -> list[Post]:
    """办件的岗位: the posts in which a person does steps and reads their cases: his own, and those he stands in for."""
    own = posts_of(user)
    return own + _lent(user) if any(post.stands_in for post in own) else own  # type: ignore[attr-defined]


def _lent(user: Any) -> list[Post]:
    kept = _lent_seen.get()
    if kept is not None and user.pk in kept and current() is None:
        return list(kept[user.pk])
    lent = []
    for row in stand_ins_today().filter(delegate=user):
        row.post.stand_in = row
        lent.append(row.post)
    if kept is not None:
        kept[user.pk] = lent
    return list(lent)


@contextmanager
def posts_asked_once() -> Iterator[None]:
    """While one request is answered, outside its act, the posts of a person are read from the database once."""
    token, lent = _posts_seen.set({}), _lent_seen.set({})
    try:
        yield
    finally:
        _posts_seen.reset(token)
        _lent_seen.reset(lent)


def serves(user: Any) -> bool:
    """Whether somebody has work in an office: a post that holds today, or the first administrator of a new database."""
    if user is None or not user.is_authenticated or not user.is_active:
        return False
    return bool(user.is_superuser) or bool(posts_of(user))


def must_serve(viewer: Any) -> None:
    """Pages for whoever works in an office; for others there is no such page (NotFound)."""
    if not serves(viewer):
        raise NotFound()


def visible_cases(viewer: Any) -> QuerySet[Case]:
    """看得见的案卷: own and helped cases with their drafts, and what the viewer's posts may read in their areas.

    Lists, details, files, exports and the API all start here.
    """
    return _cases().filter(sees(viewer))


def sees(viewer: Any, prefix: str = "") -> Q:
    """看得见, as the condition of a list: `prefix` leads from its rows to their case, such as "case__"."""
    if viewer is None or not viewer.is_authenticated or not viewer.is_active:
        return Q(pk__in=[])
    mine = Q(**{f"{prefix}owner": viewer}) | Q(**{f"{prefix}agent": viewer})
    return mine | _by_posts(work_posts(viewer), prefix)


def veiled_cases(viewer: Any) -> QuerySet[Case]:
    """遮盖可见的案卷: cases of which the viewer's posts show a few facts and redacted copies, never the file (医学专家)."""
    if viewer is None or not viewer.is_authenticated or not viewer.is_active:
        return _cases().none()
    return _cases().filter(_by_posts(work_posts(viewer), reads=VEILED))


def is_known(viewer: Any, case_pk: int) -> bool:
    """Whether a viewer may know that this case exists, whole or veiled."""
    return any(rows.filter(pk=case_pk).exists() for rows in (visible_cases(viewer), veiled_cases(viewer)))


def _cases() -> QuerySet[Case]:
    # the dossier stands above this room: found by name, so that the dependency keeps going one way
    return apps.get_model("cases", "Case")._default_manager.all()


def _by_posts(posts: Iterable[Post], prefix: str = "", reads: Mapping[str, frozenset[str]] = READS) -> Q:
    reach = Q(pk__in=[])
    for post in posts:
        states = readable_states(post.role.rights, reads)
        if states:
            place, state = f"{prefix}handling_code__startswith", f"{prefix}state__in"
            lent = post.stand_in
            only = {f"{prefix}programme": lent.programme} if lent and lent.programme else {}
            reach |= Q(**{place: lent.area if lent else post.office.division_code, state: sorted(states)}, **only)
    return reach


def get_case(viewer: Any, number: str) -> Case:
    """A case by its number, if this viewer may see it; NotFound otherwise, the same as for one that never existed.

    One that is kept in storage only (封存) is read by nobody: the try is refused and recorded. Raises Erased.
    """
    found = visible_cases(viewer).filter(number=number).annotate(is_set_aside=set_aside())
    case = found.select_related("policy", "owner", "agent", "patient").first()
    if case is None:
        raise NotFound()
    if case.is_set_aside:
        with refusals_recorded("privacy.read", by=viewer, about=("case", str(case.pk))):
            raise Erased("restricted")
    return case


def may(viewer: Any, right: str, code: str) -> Post | None:
    """The viewer's post that gives this right for that place, or None."""
    return next((post for post in posts_of(viewer) if gives(post, right, code)), None)


def gives(post: Post, right: str, code: str) -> bool:
    """Whether a post gives a right (or is of a role) for that place."""
    return (right in post.role.rights or right == post.role_id) and covers(post.office.division_code, code)


def require(viewer: Any, right: str, code: str) -> Post:
    """须有权限: the post in which the viewer acts. Inside his area a 403 that names who may; outside it NotFound."""
    posts = posts_of(viewer)
    for post in posts:
        if gives(post, right, code):
            return post
    areas = [post.office.division_code for post in posts]
    if any(covers(area, code) or covers(code, area) for area in areas):
        raise Refusal(_("您的岗位不能办理这一步。"), code="no_right", who_may=who_may(right, code))
    raise NotFound()


def acting_post(viewer: Any, code: str) -> Post | None:
    """The post under which a viewer looks at a case of that place, for the record of who looked."""
    reading = [post for post in work_posts(viewer) if covers(post.office.division_code, code)]
    return next((post for post in reading if readable_states(post.role.rights)), reading[0] if reading else None)


def who_may(right_or_role: str, code: str) -> str:
    """谁可以办: the nearest office and role that may, such as "西吉县红十字会 县级初审员"; never a person's name."""
    return who_may_at(right_or_role, [code])[code]


def who_may_at(right_or_role: str, codes: Iterable[str]) -> dict[str, str]:
    """The same for each of many places, in as many statements as for one."""
    roles = Role.objects.filter(Q(code=right_or_role) | Q(rights__contains=[right_or_role]))
    english = (get_language() or "").startswith("en")
    posts = list(current_posts().filter(role__in=roles))
    found = {code: _nearest(posts, code, english) for code in codes}
    if all(found.values()):
        return found
    role = roles.order_by("code").first()
    if role is None or role.level == "person":
        return found
    areas = {code: area_of(role.level, code) or code for code, words in found.items() if not words}
    names = {place.code: named(place, english) for place in Division.objects.filter(code__in=areas.values())}
    return found | {code: f"{names.get(area, '')} {named(role, english)}".strip() for code, area in areas.items()}


def _nearest(posts: Iterable[Post], code: str, english: bool) -> str:
    near = sorted(
        (post for post in posts if covers(post.office.division_code, code)),
        key=lambda post: (-len(post.office.division_code), post.role_id),
    )
    nearest = [post for post in near if len(post.office.division_code) == len(near[0].office.division_code)]
    parts = list(dict.fromkeys(f"{named(post.office, english)} {named(post.role, english)}" for post in nearest))
    return _("、").join(parts[:2])


def named(thing: Office | Role | Division, english: bool) -> str:
    """An office, a post or a place as the reader's language calls it."""
    return thing.name_en if english and thing.name_en else thing.name


def user_by_phone(phone: str) -> User | None:
    """The account that signs in with this phone; office accounts have none."""
    return User.objects.filter(phone_key=blind_index(phone, "user.phone"), is_office=False).first()


def key_of_machine(digest: str) -> MachineKey | None:
    """机器账号的钥匙 of this digest, while it holds and its account is open."""
    live = MachineKey.objects.filter(ended_at=None, ends_at__gt=clock.now(), user__is_active=True)
    return live.filter(digest=digest).select_related("user").first()


ADMIN_RIGHTS = frozenset({"admin.people", "admin.office", "admin.posts"})


def rights_to_administer(viewer: Any) -> frozenset[str]:
    """What somebody manages: accounts and offices (系统管理员) or posts (安全管理员).

    The first administrator of a new database has all of them, until he closes his account.
    """
    if viewer is None or not viewer.is_authenticated or not viewer.is_active:
        return frozenset()
    if viewer.is_superuser:
        return ADMIN_RIGHTS
    return ADMIN_RIGHTS & {right for post in posts_of(viewer) for right in post.role.rights}


def may_administer(viewer: Any, right: str) -> bool:
    """Whether somebody manages accounts, offices or posts."""
    return right in rights_to_administer(viewer)


def managed_accounts(viewer: Any) -> QuerySet[User]:
    """Accounts of offices and village workers, for administrators; an applicant's account is nobody's to manage."""
    if not rights_to_administer(viewer):
        return User.objects.none()
    return User.objects.filter(Q(is_office=True) | ~Q(username__startswith="p-"))


def demo_messages(phone: str = "") -> list[DemoSms]:
    """The last text messages of a demonstration, newest first, or the last one to a number."""
    rows = DemoSms.objects.order_by("-at")
    if phone:
        rows = rows.filter(phone_key=blind_index(phone.strip(), "user.phone"))
    return list(rows[:10])
