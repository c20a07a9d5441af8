"""What is put into an environment before its first turn: files, packages, skills, plugins, secrets."""
