"""Audits by rubric: is this firm ready for its customers? Judged by several people, over time.

Rubrics are data (YAML): criteria with levels 0 to 4, each described by what can be seen. `sheet` makes
the empty form, `read` checks a filled-in one, `scores` and `overall` sum it up (with the weakest
link), `lead` says how far one criterion is from being it, `over_time` compares days, `agreement`
and `spread` say how far the raters differ.
"""

from cemlab.cem.audit._compared import agreement as agreement
from cemlab.cem.audit._compared import over_time as over_time
from cemlab.cem.audit._compared import spread as spread
from cemlab.cem.audit._filled import NOT_OBSERVED as NOT_OBSERVED
from cemlab.cem.audit._filled import example as example
from cemlab.cem.audit._filled import read as read
from cemlab.cem.audit._filled import sheet as sheet
from cemlab.cem.audit._judged import lead as lead
from cemlab.cem.audit._judged import overall as overall
from cemlab.cem.audit._judged import scores as scores
from cemlab.cem.audit._rubric import AuditError as AuditError
from cemlab.cem.audit._rubric import Rubric as Rubric
from cemlab.cem.audit._rubric import rubric as rubric
from cemlab.cem.audit._rubric import rubrics as rubrics

__all__ = [
    "NOT_OBSERVED",
    "AuditError",
    "Rubric",
    "agreement",
    "example",
    "lead",
    "over_time",
    "overall",
    "read",
    "rubric",
    "rubrics",
    "scores",
    "sheet",
    "spread",
]
