"""Plain words for what happens in a complaint, in English and German."""

import difflib
import re
from collections.abc import Mapping
from typing import NamedTuple

from cemlab import events
from cemlab.exchange._steps import USUAL_ACTOR


class Phrase(NamedTuple):
    """A sentence of the complainant, its German twin, and the row of the log it stands for."""

    english: str
    german: str
    actor: str
    kind: str


PHRASES = tuple(
    Phrase(*words)
    for words in (
        ("I bought it", "ich habe es gekauft", "customer", "purchase"),
        ("it went wrong", "es ging schief", "company", "failure"),
        ("I called", "ich habe angerufen", "customer", "contact"),
        ("I wrote to them", "ich habe geschrieben", "customer", "contact"),
        ("I went there", "ich war dort", "customer", "contact"),
        ("they said they got it", "sie haben den Eingang bestätigt", "company", "acknowledge"),
        ("they answered", "sie haben geantwortet", "company", "answer"),
        ("I gave up waiting", "ich habe aufgelegt", "customer", "abandon"),
        ("they sent me to someone else", "sie haben mich weitergeschickt", "company", "transfer"),
        ("they promised to call back", "sie haben einen Rückruf versprochen", "company", "promise"),
        ("they promised something", "sie haben etwas versprochen", "company", "promise"),
        ("they called back", "sie haben zurückgerufen", "company", "callback"),
        ("they said no", "sie haben nein gesagt", "company", "refuse"),
        ("they offered money", "sie haben Geld angeboten", "company", "offer"),
        ("I accepted", "ich habe angenommen", "customer", "accept"),
        ("I said no", "ich habe abgelehnt", "customer", "decline"),
        ("they paid", "sie haben gezahlt", "company", "compensate"),
        ("they said sorry", "sie haben sich entschuldigt", "company", "apologise"),
        ("they said it was done", "sie sagten, es sei erledigt", "company", "close"),
        ("it was really solved", "es war wirklich gelöst", "customer", "resolve"),
        ("it came back", "es ging wieder los", "customer", "reopen"),
        ("I wrote about it in public", "ich habe öffentlich davon geschrieben", "customer", "publish"),
        ("others passed it on", "andere haben es geteilt", "public", "share"),
        ("others wrote about it", "andere haben darüber geschrieben", "public", "publish"),
        ("it was taken down", "es wurde gelöscht", "company", "remove"),
        ("I left them", "ich habe gekündigt", "customer", "leave"),
        ("I rated the service from 1 to 5", "ich habe die Beratung von 1 bis 5 bewertet", "customer", "survey_csat"),
        ("I rated recommending them from 0 to 10", "ich habe die Empfehlung von 0 bis 10 bewertet", "customer", "survey_nps"),
        ("I rated the ease from 1 to 7", "ich habe die Mühelosigkeit von 1 bis 7 bewertet", "customer", "survey_ces"),
    )
)  # fmt: skip
"""What can stand under "what happened"."""

HEADS: Mapping[str, tuple[str, str]] = {
    "when": ("when", "wann"),
    "until": ("until", "bis"),
    "who": ("who", "wer"),
    "what": ("what happened", "was geschah"),
    "where": ("where", "wo"),
    "many": ("how many", "wie viel"),
    "note": ("note", "Notiz"),
}
"""The columns of a complaint, in English and German."""

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_ALSO = {
    "what": ("what", "was", "was ist geschehen", "was passiert ist"),
    "when": ("date", "time", "datum"),
    "many": ("how much", "wie viele", "wieviel", "wieviele"),
    "note": ("notes", "notizen", "bemerkung"),
}


def plain(text: str) -> str:
    """Return words in small letters, without accents of German, marks and spare spaces.

    >>> plain("  Sie haben  zurückgerufen! ")
    'sie haben zurueckgerufen'
    """
    return " ".join(re.sub(r"[\W_]+", " ", text.casefold().translate(_LETTERS)).split())


_MEANING = {plain(words): (p.actor, p.kind) for p in PHRASES for words in (p.english, p.german)}
_MEANING |= {plain(kind): (USUAL_ACTOR[kind], kind) for kind in events.KINDS}
_HEAD = {plain(words): name for name, twins in HEADS.items() for words in twins}
_HEAD |= {plain(words): name for name, more in _ALSO.items() for words in more}


def meaning(text: str) -> tuple[str, str] | None:
    """Return (actor, kind) of a phrase, or None.

    >>> meaning("They answered.")
    ('company', 'answer')
    """
    return _MEANING.get(plain(text))


def head(text: str) -> str | None:
    """Return which column a heading is, or None."""
    return _HEAD.get(plain(text))


def like(text: str) -> str:
    """Return the phrase that is most like a text."""
    twins = {plain(words): words for p in PHRASES for words in (p.english, p.german)}
    near = difflib.get_close_matches(plain(text), twins, n=1, cutoff=0.0)
    return twins[near[0]] if near else PHRASES[0].english
