"""Where agents work: containers with files, skills and packages, and machines of people. Start at `service`."""
