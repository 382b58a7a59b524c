"""What computes on arrays and knows no table: sorting, hashes and features in compiled kernels, null models, groups as arrays, threads."""
