"""The run folder: what detection found, as tables, summary and what the report draws; and the campaigns of an earlier one."""

from stillwatch.detect.run_folder.lineage import NO_EARLIER, EarlierRun, earlier_run
from stillwatch.detect.run_folder.outcome import Outcome
from stillwatch.detect.run_folder.writing import write

__all__ = ["NO_EARLIER", "EarlierRun", "Outcome", "earlier_run", "write"]
