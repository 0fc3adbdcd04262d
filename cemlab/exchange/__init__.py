"""Logs from elsewhere, and logs in files.

Exports of tweets and of help desks, process-mining frames, a complaint in a spreadsheet, and
plain event logs in CSV, Parquet and .xlsx. Files from others are data: no formula is computed,
no code in them is run, nothing is fetched. What is left out or mended is counted: see `report`.
"""

from cemlab.exchange._mapping import MappingError, write_mapping
from cemlab.exchange._report import LeftOutWarning, report
from cemlab.exchange.complaint import read_complaint, write_complaint
from cemlab.exchange.help_desk import read_help_desk
from cemlab.exchange.plain import check_place, read, write
from cemlab.exchange.practice import add_odd_tweets
from cemlab.exchange.process_mining import from_pm4py, read_pm4py, to_pm4py
from cemlab.exchange.twitter import read_twcs, write_twcs

__all__ = [
    "LeftOutWarning",
    "MappingError",
    "add_odd_tweets",
    "check_place",
    "from_pm4py",
    "read",
    "read_complaint",
    "read_help_desk",
    "read_pm4py",
    "read_twcs",
    "report",
    "to_pm4py",
    "write",
    "write_complaint",
    "write_mapping",
    "write_twcs",
]
