"""The agents that are compared, each as a function that does one job."""
