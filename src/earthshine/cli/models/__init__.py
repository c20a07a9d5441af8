"""Commands about models and where they are served."""
