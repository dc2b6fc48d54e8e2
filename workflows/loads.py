"""How much each person has in hand (负荷), the office's limit on it, and who of a pool takes the next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.access.models import Post, User
from cases.access.queries import current_posts, who_may
from cases.errors import Refusal
from cases.text import listed
from workflows import barring
from workflows.models import WorkItem
from workflows.rules import loads

NAMED = 3


class Full(Refusal):
    """手里满了: the office lets nobody hold more at a time."""

    def __init__(self, person: Any, most: int | None, instead: str = "") -> None:
        words = _("{who}手里已有 {n} 件，到了本机构的上限。先办结或退回几件。")
        super().__init__(format_lazy(words, who=person.name, n=most), code="full", status=409, who_may=instead)


def held(people: Iterable[int]) -> dict[int, int]:
    """在办件数 of each of these persons, in one statement."""
    found = dict.fromkeys(people, 0)
    rows = WorkItem.objects.filter(state="claimed", holder__in=list(found)).order_by()
    return found | dict(rows.values("holder").annotate(n=Count("pk")).values_list("holder", "n"))


def has_room(person: Any, post: Post) -> bool:
    """Whether this person may hold one more in this post."""
    most = post.office.most_held
    return most is None or not loads.is_full(held([person.pk])[person.pk], most)


def must_have_room(person: Any, post: Post) -> None:
    """Raises Full. Two claims of one person at once are counted one after the other."""
    if not takes_room(person, post):
        raise Full(person, post.office.most_held, _instead(person, post))


def takes_room(person: Any, post: Post) -> bool:
    """Whether this person may hold one more, with whoever else gives him something waiting until this act is over."""
    if post.office.most_held is not None:
        User.objects.select_for_update(no_key=True).get(pk=person.pk)
    return has_room(person, post)


def _instead(person: Any, post: Post) -> str:
    """Who may take it instead: colleagues in the same post with room, or the office and role when there is none."""
    same = current_posts().filter(role_id=post.role_id, office=post.office).exclude(user=person).select_related("user")
    in_hand = held(one.user_id for one in same)
    free = [str(one.user.name) for one in same if not loads.is_full(in_hand[one.user_id], post.office.most_held)]
    return listed(free[:NAMED]) or who_may(post.role_id, post.office.division_code)


def pool_of(item: WorkItem) -> list[Post]:
    """Who may take this step by post, area and duties: one post for each person."""
    posts = current_posts().filter(role_id=item.role, office__division_code=item.division_code).select_related("user")
    return [post for post in posts if barring.bar_of(item, post.user_id) is None]


def next_of(item: WorkItem, pool: Iterable[Post], more: dict[int, int] | None = None) -> Post | None:
    """The one of a pool who has the least in hand and room; `more` counts what a preview has given out already."""
    posts = {post.user_id: post for post in pool}
    loaded = {who: number + (more or {}).get(who, 0) for who, number in held(posts).items()}
    full = [who for who, number in loaded.items() if loads.is_full(number, posts[who].office.most_held)]
    chosen = loads.lightest(loaded, full=full)
    return posts[chosen] if chosen is not None else None


def with_room(item: WorkItem, pool: Iterable[Post]) -> Post | None:
    """The same for giving it to him now: whoever was filled up meanwhile is passed over."""
    posts = list(pool)
    while (chosen := next_of(item, posts)) is not None:
        if takes_room(chosen.user, chosen):
            return chosen
        posts.remove(chosen)
    return None
