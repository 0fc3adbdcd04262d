"""For the class: predictions that are kept, exercises that answer at once, and a game.

- :mod:`cemlab.classroom.exercises` keeps predictions and checks answers.
- :mod:`cemlab.classroom.game` is the policy duel: teams, one budget, the same years.
"""
