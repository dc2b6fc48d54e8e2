"""Law: each sealed column says whose data it holds, so that erasing a person reaches it, or stands here with its reason."""

import pytest
from django.apps import apps
from django.db import models

from cases.history.fold import sealed_columns
from cases.subjects import subject_of

NOBODYS = {
    "cases_provider": "an institution's account and why it was suspended",
    "cases_keyproof": "one fixed word that proves the installation key",
    "cases_demosms": "messages of a demonstration to invented phones",
    "cases_sheetline": "a line of a sheet while it waits; emptied when it is taken in",
    "workflows_answered": "what a machine's repeated request was answered",
    "workflows_allotment": "why work was given out, of many cases",
    "workflows_checkrule": "why a standing check counts by these numbers",
    "workflows_evaluationanswer": "what a branch says of its own figures",
    "workflows_logexport": "the key of the names in a log of many cases",
    "workflows_namerequest": "why somebody asks who stands behind a log of staff and cases",
    "workflows_meeting": "minutes of a meeting, of many cases, kept as the decision of a body",
    "workflows_plan": "why many cases are put right together",
}
MODELS = {model._meta.db_table: model for model in apps.get_models()}
TABLES = sorted(set(sealed_columns()))


def test_every_sealed_table_names_its_subject_or_stands_in_the_list():
    bare = {table for table in TABLES if not getattr(MODELS[table], "sealed_for", "")}
    assert bare == set(NOBODYS), (sorted(bare - set(NOBODYS)), sorted(set(NOBODYS) - bare))


@pytest.mark.parametrize("table", [table for table in TABLES if table not in NOBODYS])
def test_the_path_to_the_subject_leads_along_columns(table):
    kind, path = MODELS[table].sealed_for.split(":")
    assert kind in {"case", "money", "person", "account", "registration"}
    model: type[models.Model] = MODELS[table]
    *relations, last = path.split(".")
    for name in relations:
        model = model._meta.get_field(name).related_model
    assert last in {name for field in model._meta.local_concrete_fields for name in (field.name, field.attname)}
    assert subject_of(MODELS[table]()) is None or kind in {"person", "account"}
