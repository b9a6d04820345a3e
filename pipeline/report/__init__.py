"""What a run tells a person: progress while it works, a summary at its end."""
