"""The command that lets agents work on this machine."""
