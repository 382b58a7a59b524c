"""What commands share at the terminal: progress bars, numbers in words, words of others, the type of ``--seed``."""
