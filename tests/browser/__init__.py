"""The page in real Chromium, over real stores, while real runs write."""
