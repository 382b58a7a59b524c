"""Local weeks."""

import numpy as np


def _week(hours: dict[tuple[int, int], float], weekend: float, base: float = 0.03) -> np.ndarray:
    """Weights of the 168 local hours of a week (Monday first)."""
    day = np.full(24, base)
    for (low, high), weight in hours.items():
        day[low:high] = weight
    return np.concatenate([np.tile(day, 5), np.tile(day * weekend + base * 0.3, 2)])


PROFILES: dict[str, np.ndarray] = {
    "office": _week({(7, 9): 0.4, (9, 12): 1.0, (12, 13): 0.6, (13, 18): 1.0, (18, 21): 0.2}, 0.12),
    "evening": _week({(7, 17): 0.3, (17, 23): 1.0, (23, 24): 0.5}, 1.2),
    "student": _week({(8, 14): 0.35, (14, 18): 0.8, (18, 24): 1.0, (0, 2): 0.4}, 0.8),
    "always": _week({(0, 6): 0.5, (6, 24): 1.0}, 0.85, 0.4), "flat": np.ones(168),
    "night": _week({(0, 6): 1.0, (22, 24): 0.7, (6, 22): 0.1}, 0.9), "shift": _week({(6, 14): 0.9, (14, 22): 1.0}, 0.8),
    "school": _week({(8, 12): 1.0, (12, 15): 0.8, (15, 17): 0.1}, 0.02, 0.005), "after": _week({(15, 20): 1.0, (20, 22): 0.2}, 0.5, 0.01),
    "day": _week({(8, 23): 1.0, (6, 8): 0.4}, 0.9), "weekend": np.concatenate([np.full(96, 0.05), np.full(24, 0.4), np.ones(48)]),
    "crew": _week({(9, 12): 1.0, (13, 18): 1.0, (19, 22): 0.8}, 0.55, 0.01)
}
