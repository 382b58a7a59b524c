"""What commands share at the terminal: progress bars, numbers in words, the type of ``--seed``."""
