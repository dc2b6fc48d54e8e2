"""内部便签: what colleagues tell each other about a case; no applicant, helper, letter or public page ever sees it."""
