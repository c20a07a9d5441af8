"""`file_search`: the server looks for passages of files, or reads files from beginning to end. Start at `tool`."""
