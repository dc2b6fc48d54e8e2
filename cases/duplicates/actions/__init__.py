"""What people do about duplicates: bring in earlier aid, compare with a list of another agency, decide a hit."""

from cases.duplicates.actions.hits import decide_hit, keep_hits, must_be_clear, note_trace
from cases.duplicates.actions.lists import compare_list
from cases.duplicates.actions.past import import_past_grants

__all__ = ["compare_list", "decide_hit", "import_past_grants", "keep_hits", "must_be_clear", "note_trace"]
