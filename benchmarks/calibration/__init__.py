"""The steps of ``python benchmarks/calibrate.py`` in order: examples, sums, members, trees, beyond; and joins, which --joins fits apart."""
