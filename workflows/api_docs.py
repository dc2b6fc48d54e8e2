"""The API's own page: made from the OpenAPI document, offline, without script."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.generators import SchemaGenerator


class SessionInSchema(SessionScheme):  # type: ignore[no-untyped-call]
    """How the OpenAPI document calls the session of the site."""

    target_class = "workflows.api_frame.Session"


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """接口说明: each call with its parameters, what it takes, and what it answers."""
    document = SchemaGenerator(api_version="v1").get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return render(request, "api/docs.html", {"calls": _calls(document), "schemas": _schemas(document)})


def _calls(document: dict[str, Any]) -> list[dict[str, Any]]:
    found = []
    for address, methods in document["paths"].items():
        for method, call in methods.items():
            body = call.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
            found.append(
                {
                    "id": call["operationId"],
                    "method": method.upper(),
                    "address": address,
                    "text": call.get("description", ""),
                    "parameters": call.get("parameters", []),
                    "takes": _name(body),
                    "answers": [
                        (status, _name(answer.get("content", {}).get("application/json", {}).get("schema", {})))
                        for status, answer in call["responses"].items()
                    ],
                }
            )
    return found


def _schemas(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "text": schema.get("description", ""),
            "fields": [
                (field, _name(kind), field in schema.get("required", []))
                for field, kind in schema.get("properties", {}).items()
            ],
        }
        for name, schema in document.get("components", {}).get("schemas", {}).items()
    ]


def _name(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if schema.get("type") == "array":
        return f"[{_name(schema['items'])}]"
    return str(schema.get("type", ""))
