"""A browser for models: pages as short numbered text, and actions by number. Start at `browser`.

It drives Chromium through Playwright, in a child process; neither is loaded before the first page is asked for.
"""
