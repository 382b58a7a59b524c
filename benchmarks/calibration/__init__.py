"""The steps of ``python benchmarks/calibrate.py`` in order: examples, sums, members, trees, beyond; kinds and logistic are parts of them."""
