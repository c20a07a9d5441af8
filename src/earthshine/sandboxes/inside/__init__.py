"""Programs that run inside a sandbox. They import the standard library and one another, and nothing else."""
