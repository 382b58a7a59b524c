"""Networks, programs and mail domains."""

BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0", "Mozilla/5.0 (Macintosh) Safari/605.1.15",
    "Mozilla/5.0 (iPhone) Mobile/15E148", "Mozilla/5.0 (Android 15) Chrome/141.0 Mobile", "Mozilla/5.0 (X11; Linux) Firefox/144.0",
    "Mozilla/5.0 (Windows NT 10.0) Edg/141.0", "ChatApp/8.2 iOS", "ChatApp/8.1 Android",
)
PYTHON_NEW, PYTHON_OLDER, NODE = "brook-python/2.8.1", "brook-python/2.6.0", "brook-node/6.9"
REQUESTS, HTTPX, CURL = "python-requests/2.32.5", "python-httpx/0.28.1", "curl/8.14"
PROGRAMS = (
    PYTHON_NEW, PYTHON_OLDER, "brook-python/1.109.1", "rival-python/0.74", NODE, REQUESTS, HTTPX, "chainkit/1.0.5", CURL,
    "go-brook/1.41", "anyproxy/1.80",
)
"""libraries of the API, and what does without"""
MAIL = ["gmail.com"] * 9 + ["outlook.com", "icloud.com", "yahoo.com", "qq.com", "gmx.de", "proton.me", "hotmail.com"]
COUNTRIES = ["US", "GB", "DE", "IN", "BR", "FR", "JP", "NG", "PL", "MX", "TR", "VN"]
HOSTS = [14061, 16509, 24940, 16276, 15169, 8075, 63949]
"""systems of hosters"""
TUNNELS = [9009, 212238, 60068]
"""systems of tunnels"""
