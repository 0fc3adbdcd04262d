"""The policy duel: teams with one budget and different eyes, quarter by quarter, the same years.

A class of any size plays it on one projector: teams hand in a short code, the lecturer enters
it, and every step is in the game's file at once. At the end both see what they could not see.
"""

from cemlab.classroom.game._codes import EXAMPLE as EXAMPLE
from cemlab.classroom.game._codes import ROLES as ROLES
from cemlab.classroom.game._debrief import Debrief as Debrief
from cemlab.classroom.game._example import EXAMPLE_PLANS as EXAMPLE_PLANS
from cemlab.classroom.game._steps import BEFORE as BEFORE
from cemlab.classroom.game._words import DuelError as DuelError
from cemlab.classroom.game._words import Said as Said
from cemlab.classroom.game.duel import TEAMS as TEAMS
from cemlab.classroom.game.duel import Duel as Duel
