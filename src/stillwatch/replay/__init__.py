"""Replay: detection run again and again over a log as it grew, with policies that act and operators who answer."""
