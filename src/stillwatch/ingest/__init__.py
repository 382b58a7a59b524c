"""Stage ingest: any known log in, events and accounts out, one row a request.

Bad rows go to a quarantine file with a reason; they are never lost and never stop the run.
"""

from stillwatch.ingest.runner import check, formats, run

__all__ = ["check", "formats", "run"]
