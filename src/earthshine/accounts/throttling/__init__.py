"""What one client may ask at most: wrong keys, failed sign-ins, requests at the same time."""
