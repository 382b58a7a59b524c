"""Whole jobs of the command line that take more than one stage: ingest, the demonstration, the decision service."""

from stillwatch.workflows.demonstration import demo
from stillwatch.workflows.ingestion import ingest

__all__ = ["demo", "ingest"]
