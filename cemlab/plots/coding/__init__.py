"""Stories coded by several people, and audits by several raters."""
