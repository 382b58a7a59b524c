"""Replay: detection at many times of a growing log, with policies that act on its findings and operators who respond."""
