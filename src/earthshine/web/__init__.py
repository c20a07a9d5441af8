"""The website: what the web app was built into, served as it is. It holds nobody's data, so it needs no key."""
