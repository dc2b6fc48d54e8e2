"""A question whose text is made once: the same rows as its queryset, planned once a session, for every thread its own."""

import threading

import pytest
from django.db import close_old_connections, connection
from django.db.models import BigIntegerField, CharField, Count
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from cases.access.models import Post, Role
from cases.access.queries import current_posts
from cases.fixed import Fixed, Slot

pytestmark = pytest.mark.django_db


def of_user(name="n"):
    mine = current_posts().filter(user=Slot("user", BigIntegerField()))
    return Fixed(lambda: mine.annotate(**{name: Count("role")}))


def test_it_gives_the_rows_of_its_queryset_with_what_belongs_to_them(cast):
    ask = of_user()
    for person in (cast["xiji_intake"], cast["prov_review"], cast["applicant1"]):
        expected = list(current_posts().filter(user=person))
        with CaptureQueriesContext(connection) as seen:
            found = ask(user=person.pk)
            assert [post.role.level for post in found] == [post.role.level for post in expected]
        assert found == expected and all(post.n == 1 for post in found)
        assert [one["sql"].split()[0] for one in seen] == ["EXECUTE"]
    assert ask.first(user=0) is None


def test_a_session_plans_it_once_and_each_thread_asks_in_its_own(cast):
    ask, person = of_user("not_asked_before"), cast["xiji_intake"]
    with CaptureQueriesContext(connection) as seen:
        ask(user=person.pk), ask(user=person.pk)
    assert [one["sql"].split()[0] for one in seen] == ["EXECUTE", "EXECUTE"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%not_asked_before%'")
        assert cursor.fetchone() == (1,)
    told = {}

    def elsewhere():
        try:
            told["rows"] = ask(user=person.pk)
            told["session"] = connection.connection
        finally:
            connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert told["rows"] == list(Post.objects.filter(user=person)) and told["session"] is not connection.connection
    assert ask(user=person.pk) == told["rows"]


def test_values_with_a_percent_sign_and_lists_come_in_whole(cast):
    codes = RawSQL("SELECT unnest(%s::text[])", [Slot("codes", CharField())])
    ask = Fixed(lambda: Role.objects.filter(code__in=codes).exclude(name__contains="100%").order_by("code"))
    assert [role.code for role in ask(codes=["CTY2", "CTY1", "50%'"])] == ["CTY1", "CTY2"]


@pytest.mark.django_db(transaction=True)
def test_a_session_that_the_server_ended_between_two_requests_is_followed_by_another(cast, superuser_cursor):
    ask, person = of_user(), cast["xiji_intake"]
    assert ask(user=person.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    superuser_cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])
    close_old_connections()  # as at the beginning of each request
    assert ask(user=person.pk) == list(Post.objects.filter(user=person))
