"""Sketch: reduces requests to hashes and counts. It is the only stage that reads text; after it, text can be dropped.

Each event gives one row of :data:`SKETCHES`, computed from that event alone. So partitions can be sketched in any order, once each, and
their rows concatenated: batch, hourly and streaming runs are the same computation.
"""

from stillwatch.sketch.events import SKETCHES, account_key, sketch_events
from stillwatch.sketch.veil import secret, veiled

__all__ = ["SKETCHES", "account_key", "secret", "sketch_events", "veiled"]
