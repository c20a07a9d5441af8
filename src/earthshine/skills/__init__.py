"""Skills: versioned folders of files with a SKILL.md that says what they are for. Start at `routes` or `bundle`."""
