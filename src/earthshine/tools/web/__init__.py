"""`web_search` and `web_fetch`: the server looks at the web for a model. Start at `search_tool` and `fetch_tool`."""
