"""What people see: the built web app in a real Chromium, on a real server."""
