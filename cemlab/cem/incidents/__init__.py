"""Critical incidents: what customers tell, coded by a scheme, compared between coders and numbers.

A scheme, narratives and codings are data (YAML, CSV, spreadsheets). `code_sheet` makes the form
that two people fill in, `read_codings` checks it, `compare` and `disagreements` show where they
differ, `settle` what a talk about it would change, `frequencies`, `missed` and `green_but_red`
what was found, `in_words` writes labels for codes, and `to_events` turns the stories into an
event log that both lenses can read.
"""

from cemlab.cem.incidents._as_log import to_events as to_events
from cemlab.cem.incidents._coding_scheme import IncidentError as IncidentError
from cemlab.cem.incidents._coding_scheme import Scheme as Scheme
from cemlab.cem.incidents._coding_scheme import scheme as scheme
from cemlab.cem.incidents._codings import code_sheet as code_sheet
from cemlab.cem.incidents._codings import codings as codings
from cemlab.cem.incidents._codings import read_codings as read_codings
from cemlab.cem.incidents._compared import compare as compare
from cemlab.cem.incidents._compared import confusion as confusion
from cemlab.cem.incidents._compared import disagreements as disagreements
from cemlab.cem.incidents._counted import both_sides as both_sides
from cemlab.cem.incidents._counted import frequencies as frequencies
from cemlab.cem.incidents._counted import green_but_red as green_but_red
from cemlab.cem.incidents._counted import missed as missed
from cemlab.cem.incidents._settled import settle as settle
from cemlab.cem.incidents._stories import narratives as narratives
from cemlab.cem.incidents._worded import in_words as in_words

__all__ = [
    "IncidentError",
    "Scheme",
    "both_sides",
    "code_sheet",
    "codings",
    "compare",
    "confusion",
    "disagreements",
    "frequencies",
    "green_but_red",
    "in_words",
    "missed",
    "narratives",
    "read_codings",
    "scheme",
    "settle",
    "to_events",
]
