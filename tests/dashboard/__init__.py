"""The service behind the page: its rules, what it reads, and what it refuses."""
