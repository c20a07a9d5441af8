"""Tools with which a model works on the client's own machine: a shell, patches of files, a screen."""
