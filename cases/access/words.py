"""How a person who acts is named."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _


def in_whose_name(person: Any, principal: Any) -> str:
    """署名: the name of who did it; in a stand-in (替岗) both names, 甲 代 乙."""
    if principal is None:
        return str(person.name)
    return _("%(who)s 代 %(whom)s") % {"who": person.name, "whom": principal.name}
