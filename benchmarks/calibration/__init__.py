"""The steps of ``python benchmarks/calibrate.py``, in their order: examples, sums, members, trees, beyond."""
