"""The API, a router a view; the page uses nothing else."""
